import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { deviceOf } from './device.ts'
import { gpuProblem } from './nvidia.ts'

/** A folder that stands for `/`. */
let root: string
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'nvidia-'))
})
afterEach(() => rm(root, { recursive: true }))

async function put(path: string, text = ''): Promise<void> {
  await mkdir(join(root, path, '..'), { recursive: true })
  await writeFile(join(root, path), text)
}
const driver = (line: string) => put('proc/driver/nvidia/version', `NVRM version: ${line}\nGCC version: 12\n`)
const CLOSED = 'NVIDIA UNIX x86_64 Kernel Module  580.65.06  Sun Jul 27 07:18:30 UTC 2025'
const OPEN = 'NVIDIA UNIX Open Kernel Module for x86_64  535.183.01  Release Build'

it('says that no driver is loaded', () => {
  expect(gpuProblem(580, root)).toContain('its driver is not loaded')
})

it('says that a container has no device', async () => {
  await driver(CLOSED)
  expect(gpuProblem(580, root)).toContain('--gpus all')
})

it.each([
  [CLOSED, null],
  [OPEN, 'the NVIDIA driver is of version 535; 580 or later is needed'],
  ['something new', null],
])('reads the version of the driver from %j', async (line, problem) => {
  await driver(line)
  await put('dev/nvidiactl')
  expect(gpuProblem(580, root)).toBe(problem)
})

it('takes the GPU that Windows lends', async () => {
  await put('dev/dxg')
  expect(gpuProblem(580, root)).toBeNull()
})

it('reads the device from the environment and refuses an unknown one', () => {
  expect(deviceOf({})).toBe('cpu')
  expect(deviceOf({ ANAMNESIS_DEVICE: '' })).toBe('cpu')
  expect(deviceOf({ ANAMNESIS_DEVICE: 'cuda' })).toBe('cuda')
  expect(() => deviceOf({ ANAMNESIS_DEVICE: 'rocm' })).toThrow('ANAMNESIS_DEVICE=rocm is none of cpu, cuda.')
})

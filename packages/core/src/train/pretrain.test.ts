import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { tf } from '../backend/index.ts'
import { loadModel } from '../model/index.ts'
import { type PretrainReport, pretrain } from './pretrain.ts'
import { type TinyRun, tinyRun, tinySuite } from './testing/tinyRun.ts'

let tiny: TinyRun
beforeAll(async () => {
  tiny = await tinyRun()
})
afterAll(async () => tiny[Symbol.asyncDispose]())

async function make(name: string, more: object = {}): Promise<{ out: string; reports: PretrainReport[] }> {
  const out = join(tiny.folder, name)
  const reports: PretrainReport[] = []
  await pretrain(
    {
      suite: tinySuite,
      home: tiny.folder,
      out,
      size: 'test',
      steps: 40,
      batchSize: 12,
      learningRate: 0.003,
      weightDecay: 0.1,
      seed: 1,
      backend: 'onnx',
      threads: 1,
      evalLimit: null,
      ...more,
    },
    (report) => reports.push(report),
  )
  return { out, reports }
}

const losses = (reports: PretrainReport[]) => reports.flatMap((report) => (report.kind === 'step' ? [report.loss] : []))
const weights = (out: string) => readFile(join(out, 'weights.safetensors'))

it('makes a base model that is usable and better than chance, the same for the same seed', async () => {
  const before = tf.memory().numTensors
  const { out, reports } = await make('one')
  expect(tf.memory().numTensors).toBe(before)
  const values = losses(reports)
  expect(values).toHaveLength(40)
  expect(values.at(-1)).toBeLessThan(values[0]!)
  const after = reports.flatMap((report) => (report.kind === 'zero-shot' && report.when === 'after' ? [report] : []))
  expect(after.map(({ taskId }) => taskId)).toEqual(['warm', 'cold'])
  for (const { accuracy, chance } of after) expect(accuracy).toBeGreaterThan(chance)
  const { model, encoderId } = await loadModel(out)
  expect(encoderId).toMatch(/^tiny-squares@/)
  model.dispose()
  const short = { steps: 3 }
  const [two, three, other] = [
    await make('two', short),
    await make('three', short),
    await make('four', { ...short, seed: 2 }),
  ]
  expect(await weights(three.out)).toEqual(await weights(two.out))
  expect(await weights(other.out)).not.toEqual(await weights(two.out))
})

it('uses the labelled images that the suite sets aside', async () => {
  const suite = { ...tinySuite, exclude: { split: 'train' as const, share: 0.5 } }
  const { reports } = await make('labelled', { suite, steps: 3 })
  const [data] = reports.flatMap((report) => (report.kind === 'data' ? [report] : []))
  expect(data!.labelled).toBeGreaterThan(5)
  expect(data!.labelled).toBeLessThan(45)
  expect(losses(reports).every(Number.isFinite)).toBe(true)
})

it('makes the same updates in parts of a batch', async () => {
  const whole = losses((await make('whole', { steps: 4 })).reports)
  const inParts = losses((await make('parts', { steps: 4, partSize: 4 })).reports)
  expect(inParts).toHaveLength(4)
  for (const [step, loss] of whole.entries()) expect(inParts[step]).toBeCloseTo(loss, 3)
})

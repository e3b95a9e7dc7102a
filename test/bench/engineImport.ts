import { spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { findModelConfig, writeSafetensors } from '@anamnesis/core/model'
import { parameterSpecs } from '../../packages/core/src/model/parameters.ts'
import { type Measurement, measured } from './bench.ts'

const REPEATS = 3

interface Imported {
  importSeconds: number
  loadSeconds: number
  /** Most memory of the whole process, and what it had before it began, in bytes. */
  peakBytes: number
  startBytes: number
}

/**
 * A checkpoint of a base-size CLIP (600 MB, the layout of open_clip) brought from the page cache into a model folder,
 * checked and hashed, and from there into the engine; each repeat in a process of its own.
 */
export async function measureImport(): Promise<Measurement[]> {
  const metrics = ['import.600mb_s', 'import.load_s', 'import.memory_vs_size']
  const folder = await mkdtemp(join(tmpdir(), 'anamnesis-bench-'))
  try {
    const checkpoint = join(folder, 'open_clip_model.safetensors')
    let size = 0
    await writeSafetensors(
      checkpoint,
      [...parameterSpecs(findModelConfig('vit-b-16'))].map(([name, { shape }]) => {
        const count = shape.reduce((product, length) => product * length, 1)
        size += count * 4
        return { name, type: 'F32', shape, data: async () => new Float32Array(count).fill(0.01) }
      }),
    )
    const runs: Imported[] = []
    for (let repeat = 0; repeat < REPEATS; repeat++) runs.push(await importOnce(checkpoint, folder, `m${repeat}`))
    return [
      measured(
        metrics[0]!,
        's',
        runs.map((run) => run.importSeconds),
      ),
      measured(
        metrics[1]!,
        's',
        runs.map((run) => run.loadSeconds),
      ),
      measured(
        metrics[2]!,
        'ratio',
        runs.map((run) => (run.peakBytes - run.startBytes) / size),
        size / 2 ** 20,
      ),
    ]
  } catch (error) {
    return metrics.map((metric) => ({ metric, value: null, reason: (error as Error).message }))
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

function importOnce(checkpoint: string, folder: string, id: string): Promise<Imported> {
  const worker = fileURLToPath(new URL('engineImportWorker.ts', import.meta.url))
  const child = spawn(process.execPath, ['--import', 'tsx', worker, checkpoint, folder, id], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let output = ''
  child.stdout.on('data', (bytes: Buffer) => {
    output += bytes.toString()
  })
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code) => {
      if (code === 0) resolve(JSON.parse(output) as Imported)
      else reject(new Error(`the import ended with code ${code}; see above`))
    })
  })
}

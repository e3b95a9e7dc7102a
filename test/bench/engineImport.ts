import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { loadBackend } from '@anamnesis/core/backend'
import { findModelConfig, loadModel, trainTokenizer, writeSafetensors } from '@anamnesis/core/model'
import { parameterSpecs } from '../../packages/core/src/model/parameters.ts'
import { type Measurement, measured } from './bench.ts'

const REPEATS = 3

/** Seconds to bring the weights of a base-size CLIP (600 MB) from the page cache into the engine, checked and hashed. */
export async function measureImport(): Promise<Measurement> {
  const metric = 'import.600mb_s'
  const config = findModelConfig('vit-b-16')
  const folder = await mkdtemp(join(tmpdir(), 'anamnesis-bench-'))
  try {
    await writeFile(join(folder, 'model.json'), JSON.stringify(config))
    const tokenizer = trainTokenizer(['a photo of a lung'], 600)
    await writeFile(join(folder, 'tokenizer.json'), JSON.stringify(tokenizer.toFile()))
    await writeSafetensors(
      join(folder, 'weights.safetensors'),
      [...parameterSpecs(config)].map(([name, { shape }]) => ({
        name,
        type: 'F32',
        shape,
        data: async () => new Float32Array(shape.reduce((product, size) => product * size, 1)).fill(0.01),
      })),
    )
    await loadBackend()
    const seconds: number[] = []
    for (let repeat = 0; repeat < REPEATS; repeat++) {
      const started = performance.now()
      const { model } = await loadModel(folder)
      seconds.push((performance.now() - started) / 1000)
      model.dispose()
    }
    return measured(metric, 's', seconds)
  } catch (error) {
    return { metric, value: null, reason: (error as Error).message }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

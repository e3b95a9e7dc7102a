import { afterAll, beforeAll, expect, test } from 'vitest'
import { loadBackend, type Tensor2D, tf } from '../../backend/index.ts'
import { Random } from '../../contracts/index.ts'
import { findModelConfig } from '../configs.ts'
import { BottleneckAdapter, mixedAdapters } from './bottleneckAdapter.ts'

let threads: Awaited<ReturnType<typeof loadBackend>>
beforeAll(async () => {
  threads = await loadBackend({ threads: 1 })
})
afterAll(() => threads.flush())

test('adapters mixed as two products are the sum of their outputs, weighted for each sequence', () => {
  const before = tf.memory().numTensors
  const config = findModelConfig('test')
  const random = new Random(3)
  const normal = (rows: number, columns: number): Tensor2D =>
    tf.tensor2d(
      Float32Array.from({ length: rows * columns }, () => random.normal()),
      [rows, columns],
    )
  const adapters = [0, 1, 2].map(
    (e) => new BottleneckAdapter(config, { id: `${e}`, bottleneck: 4, scale: 0.5, seed: e }),
  )
  tf.tidy(() => {
    for (const { variables } of adapters) {
      for (const variable of variables.values()) {
        variable.assign(
          tf.tensor(
            Float32Array.from({ length: variable.size }, () => random.normal()),
            variable.shape,
          ),
        )
      }
    }
    const [sequences, tokens, width] = [2, 3, config.image.width]
    const x = normal(sequences * tokens, width)
    const gates = normal(sequences, adapters.length)
    const place = { tower: 'image', block: 1 } as const
    const mixed = mixedAdapters(adapters, gates, x, place).dataSync()
    const outputs = adapters.map((adapter) => adapter.output(x, place)!.dataSync())
    const weights = gates.dataSync()
    mixed.forEach((value, i) => {
      const sequence = Math.floor(i / (tokens * width))
      const wanted = outputs.reduce((sum, output, e) => sum + weights[sequence * adapters.length + e]! * output[i]!, 0)
      expect(value).toBeCloseTo(wanted, 3)
    })
  })
  for (const adapter of adapters) adapter.dispose()
  expect(tf.memory().numTensors).toBe(before)
})

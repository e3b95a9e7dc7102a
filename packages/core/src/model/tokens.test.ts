import { beforeAll, describe, expect, test } from 'vitest'
import { loadBackend, tf } from '../backend/index.ts'
import type { ModelConfig } from '../contracts/index.ts'
import { createModel } from './clip.ts'
import { findModelConfig } from './configs.ts'
import { tokensToTensor } from './tokens.ts'

/** Texts of these lengths, padded to the context. */
function rowsOf({ text }: ModelConfig, lengths: number[]): Int32Array {
  const padding = text.kind === 'bert' ? text.padToken : 0
  return Int32Array.from(
    lengths.flatMap((length) =>
      Array.from({ length: text.context }, (_, i) => (i < length - 1 ? i + 5 : i === length - 1 ? 599 : padding)),
    ),
  )
}

describe.each(['test', 'test-bert'])('token rows of model "%s"', (id) => {
  const config = findModelConfig(id)
  beforeAll(() => loadBackend())

  test('are as long as the longest text needs, and give the embeddings of whole rows', () => {
    const model = createModel(config, 1)
    tf.tidy(() => {
      const rows = rowsOf(config, [3, 7, 5])
      const short = tokensToTensor(rows, config)
      expect(short.shape).toEqual([3, 8])
      const whole = model.encodeTexts(tf.tensor2d(rows, [3, config.text.context], 'int32')).dataSync()
      model
        .encodeTexts(short)
        .dataSync()
        .forEach((value, i) => {
          expect(Math.abs(value - whole[i]!)).toBeLessThan(1e-6)
        })
    })
    model.dispose()
  })

  test('stay whole when a text needs them', () => {
    const rows = rowsOf(config, [3, 9])
    tf.tidy(() => {
      const tensor = tokensToTensor(rows, config)
      expect(tensor.shape).toEqual([2, 12])
      expect([...tensor.dataSync()]).toEqual([...rows])
    })
  })
})

test('lengths of token rows double, so that few different ones occur', () => {
  const config = findModelConfig('biomedclip')
  const lengths = Array.from({ length: 256 }, (_, i) =>
    tf.tidy(() => tokensToTensor(rowsOf(config, [i + 1]), config).shape[1]),
  )
  expect([...new Set(lengths)]).toEqual([8, 16, 32, 64, 128, 256])
  lengths.forEach((length, i) => {
    expect(length).toBeGreaterThan(i)
  })
})

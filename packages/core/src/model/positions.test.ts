import { describe, expect, test } from 'vitest'
import type { ModelConfig } from '../contracts/index.ts'
import { findModelConfig } from './configs.ts'
import golden from './golden/positions.json' with { type: 'json' }
import { parameterSpecs } from './parameters.ts'
import { atImageSize, resizePositions } from './positions.ts'
import type { TensorToStore } from './safetensors.ts'

/** The integer sequence of make_positions_golden.py. */
function sequence(seed: number, length: number): Float32Array {
  let x = seed
  return Float32Array.from({ length }, () => {
    x = (Math.imul(1664525, x) + 1013904223) >>> 0
    return x / 2 ** 31 - 1
  })
}

describe('position embeddings', () => {
  test.each(golden)('of a $from x $from grid become those of open_clip at $to x $to', (example) => {
    const { from, to, width, everyThird } = example
    const values = sequence(from, (from * from + 1) * width)
    const copy = values.slice()
    const resized = resizePositions(values, width, from, to)
    expect(resized.length).toBe((to * to + 1) * width)
    everyThird.forEach((wanted, i) => {
      expect(Math.abs(resized[3 * i]! - wanted)).toBeLessThan(1e-6)
    })
    expect(values).toEqual(copy)
  })

  /** All tensors of a model, each full of one half. */
  const tensorsOf = (config: ModelConfig): TensorToStore[] =>
    [...parameterSpecs(config)].map(([name, { shape }]) => ({
      name,
      type: 'F16',
      shape,
      data: () => Promise.resolve(new Float32Array(shape.reduce((product, n) => product * n, 1)).fill(0.5)),
    }))

  test.each(['test', 'test-bert'])('are what changes in model "%s" for another image size', async (id) => {
    const config = findModelConfig(id)
    const before = tensorsOf(config)
    const larger = atImageSize(config, 40, before)
    expect(larger.config.image.size).toBe(40)
    expect(new Map(larger.tensors.map(({ name, shape }) => [name, shape]))).toEqual(
      new Map([...parameterSpecs(larger.config)].map(([name, { shape }]) => [name, shape])),
    )
    const changed = larger.tensors.filter((tensor) => !before.includes(tensor))
    expect(changed).toHaveLength(1)
    const values = await (changed[0]!.data as () => Promise<Float32Array>)()
    expect(values).toHaveLength(26 * config.image.width)
    for (const value of values) expect(value).toBeCloseTo(0.5, 6)
  })

  test('stay as they are at the same size', () => {
    const config = findModelConfig('test')
    const tensors = tensorsOf(config)
    expect(atImageSize(config, 16, tensors)).toEqual({ config, tensors })
  })

  test('are refused for a size that patches do not divide, with sizes that would do', () => {
    expect(() => atImageSize(findModelConfig('test'), 20, [])).toThrow(
      /Image size 20 must be a multiple of the patch \(8\) of model "test": take 16 or 24/,
    )
  })
})

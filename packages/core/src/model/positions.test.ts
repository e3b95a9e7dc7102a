import { describe, expect, test } from 'vitest'
import { findModelConfig } from './configs.ts'
import golden from './golden/positions.json' with { type: 'json' }
import { parameterSpecs } from './parameters.ts'
import { atImageSize, resizePositions } from './positions.ts'

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

  test.each(['test', 'test-bert'])('are what model "%s" changes for another image size', (id) => {
    const config = findModelConfig(id)
    const larger = atImageSize(config, 40)
    expect(larger.config.image.size).toBe(40)
    for (const [name, { shape }] of parameterSpecs(larger.config)) {
      const before = parameterSpecs(config).get(name)!.shape
      const values = new Float32Array(before.reduce((product, n) => product * n, 1)).fill(0.5)
      const after = larger.values(name, values)
      expect(after.length, name).toBe(shape.reduce((product, n) => product * n, 1))
      if (before.join() === shape.join()) expect(after).toBe(values)
      else for (const value of after) expect(value).toBeCloseTo(0.5, 6)
    }
  })

  test('stay as they are at the same size', () => {
    const config = findModelConfig('test')
    const values = new Float32Array(5 * 24)
    expect(atImageSize(config, 16).values('visual.positional_embedding', values)).toBe(values)
  })

  test('are refused for a size that patches do not divide, with sizes that would do', () => {
    const resize = () => atImageSize(findModelConfig('test'), 20)
    expect(resize).toThrow(/Image size 20 must be a multiple of the patch \(8\) of model "test": take 16 or 24/)
  })
})

import { describe, expect, test } from 'vitest'
import { findModelConfig, modelConfigs, parseModelConfig } from './configs.ts'
import { parameterSpecs } from './parameters.ts'

const parameters = (id: string) =>
  [...parameterSpecs(findModelConfig(id)).values()].reduce(
    (sum, { shape }) => sum + shape.reduce((product, n) => product * n, 1),
    0,
  )

describe('model sizes', () => {
  test('carry the id they are listed under', () => {
    for (const [id, config] of modelConfigs) expect(config.id).toBe(id)
  })

  test('have the number of parameters that is said of them', () => {
    expect(parameters('tiny') / 1e6).toBeCloseTo(5.35, 1)
    // As torch counts them in open_clip, and in timm's and transformers' towers with BiomedCLIP's projections.
    expect(parameters('vit-b-32')).toBe(151_277_313)
    expect(parameters('vit-b-16')).toBe(149_620_737)
    expect(parameters('vit-l-14-gelu')).toBe(427_616_513)
    expect(parameters('biomedclip')).toBe(195_902_721)
  })

  test('are named in the message about an unknown one', () => {
    expect(() => findModelConfig('huge')).toThrow(/no model size "huge".*tiny/)
  })

  test('must divide their image into whole patches and their width into whole heads', () => {
    const config = findModelConfig('test')
    const wrong = (image: object) => () =>
      parseModelConfig({ ...config, image: { ...config.image, ...image } }, 'x.json')
    expect(wrong({ patch: 5 })).toThrow(/image\.size \(16\) must be a multiple of image\.patch \(5\)/)
    expect(wrong({ heads: 7 })).toThrow(/image\.width \(24\) must be a multiple of image\.heads \(7\)/)
    expect(wrong({ width: -1 })).toThrow(/x\.json: "image\.width"/)
  })

  test('written before towers had kinds are CLIP, with one activation for both towers', () => {
    const { size, patch, width, depth, heads } = findModelConfig('test').image
    const text = { context: 12, vocabulary: 600, width: 24, depth: 2, heads: 3 }
    const image = { size, patch, width, depth, heads }
    const old = parseModelConfig({ id: 'old', image, text, embedding: 16, activation: 'quickGelu' }, 'old.json')
    expect(old.image).toMatchObject({ kind: 'clip', activation: 'quickGelu', epsilon: 1e-5, mlpRatio: 4 })
    expect(old.text).toMatchObject({ kind: 'clip', activation: 'quickGelu', epsilon: 1e-5 })
    expect(old).not.toHaveProperty('activation')
    expect(parseModelConfig(old, 'again.json')).toEqual(old)
  })

  test('have layer norms as their kind has them', () => {
    const { image, text } = findModelConfig('biomedclip')
    expect([image.epsilon, text.epsilon]).toEqual([1e-6, 1e-12])
  })

  test('with a BERT text tower have a position for every token, a padding token and a way to the embedding', () => {
    const config = findModelConfig('test-bert')
    const wrong = (text: object) => () => parseModelConfig({ ...config, text: { ...config.text, ...text } }, 'x.json')
    expect(wrong({ context: 20 })).toThrow(/text\.context \(20\) must be at most text\.positions \(16\)/)
    expect(wrong({ padToken: 600 })).toThrow(/text\.padToken \(600\) must be below text\.vocabulary \(600\)/)
    expect(wrong({ projection: 'none' })).toThrow(/text\.width \(24\) must be embedding \(16\) without a projection/)
    expect(wrong({ kind: 'gru' })).toThrow(/x\.json: "text\.kind"/)
  })
})

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
    expect(parameters('vit-b-16')).toBe(149_620_737) // the published ViT-B/16 model
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
})

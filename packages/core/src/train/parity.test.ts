import { beforeAll, describe, expect, test } from 'vitest'
import { loadBackend, tf } from '../backend/index.ts'
import {
  contrastiveLoss,
  largestDifference,
  parityBatch,
  parityModel,
  readParityFamilies,
} from '../model/testing/parity.ts'
import { AdamW } from './adamw.ts'

const families = await readParityFamilies()

describe('ten AdamW steps', () => {
  beforeAll(() => loadBackend({ id: 'onnx' }))

  test.each(families.map((family) => [family.config.id, family] as const))(
    'end at the weights of the reference for family %s',
    (_, family) => {
      const before = tf.memory().numTensors
      const model = parityModel(family)
      const { steps, learningRate, weightDecay } = family.adamw
      const optimizer = new AdamW(model.variables, { weightDecay })
      for (let step = 0; step < steps; step++) {
        tf.tidy(() => {
          const { pixels, tokens } = parityBatch(family)
          const { value, gradients } = model.gradients(() => contrastiveLoss(model, pixels, tokens))
          optimizer.apply(gradients, learningRate)
          tf.dispose([value, gradients])
        })
      }
      for (const [name, variable] of model.variables) {
        const { values, wanted } = comparable(name, variable.dataSync(), family.tensors.get(`trained/${name}`)!)
        expect(largestDifference(values, wanted), name).toBeLessThan(1e-4)
      }
      optimizer.dispose()
      model.dispose()
      expect(tf.memory().numTensors).toBe(before)
    },
  )
})

/**
 * Without the biases of attention keys: they shift all scores of a query alike, so their true gradient is 0 and AdamW
 * makes steps of full size out of rounding.
 */
function comparable(name: string, values: ArrayLike<number>, wanted: ArrayLike<number>) {
  const all = [Array.from(values), Array.from(wanted)] as const
  if (name.endsWith('self.key.bias')) return { values: [], wanted: [] }
  if (!/attn\.(in_proj_bias|qkv\.bias)$/.test(name)) return { values: all[0], wanted: all[1] }
  const third = values.length / 3
  const [own, reference] = all.map((list) => [...list.slice(0, third), ...list.slice(2 * third)])
  return { values: own!, wanted: reference! }
}

import { type ModelConfig, Random } from '../contracts/index.ts'
import { imageTower, textTower } from './towers/registry.ts'
import { type ParameterSpec, Specs } from './towers/specs.ts'

/**
 * Every parameter of a model, in file order: image tower, text tower, logit scale. Names and shapes are those of
 * open_clip's checkpoints (linear weights [out, in]), so that such weights can be read as they are.
 */
export function parameterSpecs(config: ModelConfig): Map<string, ParameterSpec> {
  const { image, text, embedding } = config
  const specs = new Specs()
  imageTower(image).addSpecs(specs, embedding)
  textTower(text).addSpecs(specs, embedding)
  specs.add('logit_scale', [], { constant: Math.log(config.logitScale) })
  return specs.all
}

/** Starting values of one parameter; each name has its own seeded sequence, so an added layer changes no other. */
export function startingValues(name: string, spec: ParameterSpec, seed: number): Float32Array {
  const values = new Float32Array(spec.shape.reduce((product, size) => product * size, 1))
  const { start } = spec
  if ('constant' in start) return values.fill(start.constant)
  const random = new Random(`${seed}/${name}`)
  for (let i = 0; i < values.length; i++) {
    values[i] = 'normal' in start ? random.normal(0, start.normal) : random.uniform(-start.uniform, start.uniform)
  }
  return values
}

import { type ModelConfig, Random } from '../contracts/index.ts'

/** How a parameter starts: a normal deviation (mean 0), a uniform half width, or a constant. */
type Start = { normal: number } | { uniform: number } | { constant: number }

export interface ParameterSpec {
  shape: number[]
  start: Start
}

/**
 * Every parameter of a model, in file order. Names and shapes are those of the published CLIP checkpoints (open_clip
 * and its kin, linear weights [out, in]), so that such weights can be read as they are.
 * Starting values follow CLIP (Radford 2021, section 2.4 and its released code) in both towers.
 */
export function parameterSpecs(config: ModelConfig): Map<string, ParameterSpec> {
  const { image, text, embedding } = config
  const specs = new Map<string, ParameterSpec>()
  const add = (name: string, shape: number[], start: Start) => specs.set(name, { shape, start })
  const norm = (name: string, width: number) => {
    add(`${name}.weight`, [width], { constant: 1 })
    add(`${name}.bias`, [width], { constant: 0 })
  }
  const linear = (weight: string, bias: string, rows: number, columns: number, deviation: number) => {
    add(weight, [rows, columns], { normal: deviation })
    add(bias, [rows], { constant: 0 })
  }
  const blocks = (prefix: string, width: number, depth: number) => {
    const attention = width ** -0.5
    const projection = attention * (2 * depth) ** -0.5 // keeps the residual stream's variance independent of depth
    for (let i = 0; i < depth; i++) {
      const block = `${prefix}.${i}`
      norm(`${block}.ln_1`, width)
      linear(`${block}.attn.in_proj_weight`, `${block}.attn.in_proj_bias`, 3 * width, width, attention)
      linear(`${block}.attn.out_proj.weight`, `${block}.attn.out_proj.bias`, width, width, projection)
      norm(`${block}.ln_2`, width)
      linear(`${block}.mlp.c_fc.weight`, `${block}.mlp.c_fc.bias`, 4 * width, width, (2 * width) ** -0.5)
      linear(`${block}.mlp.c_proj.weight`, `${block}.mlp.c_proj.bias`, width, 4 * width, projection)
    }
  }

  const patches = (image.size / image.patch) ** 2
  const patchValues = 3 * image.patch * image.patch
  add('visual.class_embedding', [image.width], { normal: image.width ** -0.5 })
  add('visual.positional_embedding', [patches + 1, image.width], { normal: image.width ** -0.5 })
  add('visual.conv1.weight', [image.width, 3, image.patch, image.patch], { uniform: patchValues ** -0.5 })
  norm('visual.ln_pre', image.width)
  blocks('visual.transformer.resblocks', image.width, image.depth)
  norm('visual.ln_post', image.width)
  add('visual.proj', [image.width, embedding], { normal: image.width ** -0.5 })

  add('token_embedding.weight', [text.vocabulary, text.width], { normal: 0.02 })
  add('positional_embedding', [text.context, text.width], { normal: 0.01 })
  blocks('transformer.resblocks', text.width, text.depth)
  norm('ln_final', text.width)
  add('text_projection', [text.width, embedding], { normal: text.width ** -0.5 })
  add('logit_scale', [], { constant: Math.log(config.logitScale) })
  return specs
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

import {
  l2Normalise,
  type NamedTensorMap,
  type Scalar,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  type Tensor3D,
  type Tensor4D,
  tf,
  type Variable,
} from '../backend/index.ts'
import { AnamnesisError, type ModelConfig } from '../contracts/index.ts'
import { parameterSpecs, startingValues } from './parameters.ts'
import { norm, transformer } from './transformer.ts'

export interface ModelOptions {
  /** The logit scale is frozen in continual learning; pre-training learns it. */
  trainLogitScale?: boolean
}

/** Added to scores of tokens that must not be seen; large, and finite so that no row turns into NaN. */
const UNSEEN = -1e9

let created = 0

/** A CLIP model: image tower and text tower with one embedding space. Owns its variables until `dispose`. */
export class ClipModel {
  readonly config: ModelConfig
  /** Id of the model size. */
  readonly id: string
  /** Parameters by their standard name ("visual.transformer.resblocks.0.attn.in_proj_weight"). */
  readonly variables: ReadonlyMap<string, Variable>
  private readonly causalMask: Tensor3D
  private readonly nameOf: ReadonlyMap<string, string>

  /** @param values gives the starting values of each parameter, in the order of `parameterSpecs` */
  constructor(config: ModelConfig, values: (name: string) => Float32Array, options: ModelOptions = {}) {
    this.config = config
    this.id = config.id
    const prefix = `clip${created++}` // TensorFlow.js wants names that are unique in the process
    const variables = new Map<string, Variable>()
    const nameOf = new Map<string, string>()
    for (const [name, { shape }] of parameterSpecs(config)) {
      const tensor = tf.tensor(values(name), shape, 'float32')
      const trainable = name !== 'logit_scale' || options.trainLogitScale === true
      const variable = tf.variable(tensor, trainable, `${prefix}/${name}`)
      tensor.dispose()
      variables.set(name, variable)
      nameOf.set(variable.name, name)
    }
    this.variables = variables
    this.nameOf = nameOf
    this.causalMask = tf.keep(causalMask(config.text.context))
  }

  /** @param pixels [batch, size, size, 3], normalised with the config's mean and std @returns [batch, dim], unit rows */
  encodeImages(pixels: Tensor4D): Tensor2D {
    const { size, patch, width, depth, heads } = this.config.image
    const [batch, height, across, channels] = pixels.shape
    if (height !== size || across !== size || channels !== 3) {
      throw new AnamnesisError(
        'BAD_INPUT',
        `Model "${this.id}" takes images [batch, ${size}, ${size}, 3], not [${pixels.shape.join(', ')}].`,
      )
    }
    const side = size / patch
    const patches = side * side
    const tokens = patches + 1
    return tf.tidy(() => {
      // A convolution whose stride is its size is a matrix product over patches, here in (row, column, channel) order.
      const rows: Tensor2D = tf.reshape(
        tf.transpose(tf.reshape(pixels, [batch, side, patch, side, patch * 3]), [0, 1, 3, 2, 4]),
        [batch * patches, patch * patch * 3],
      )
      const filter: Tensor2D = tf.reshape(tf.transpose(this.parameter('visual.conv1.weight'), [0, 2, 3, 1]), [
        width,
        patch * patch * 3,
      ])
      const embedded = tf.reshape(tf.matMul(rows, filter, false, true), [batch, patches, width])
      const classToken = tf.add(tf.zeros([batch, 1, width]), this.parameter('visual.class_embedding'))
      const placed = tf.add(tf.concat([classToken, embedded], 1), this.parameter('visual.positional_embedding'))
      const pooled = transformer(
        norm(tf.reshape(placed, [batch * tokens, width]), this.parameter, 'visual.ln_pre'),
        { batch, tokens, width, depth, heads, activation: this.config.image.activation },
        { pick: (x) => firstTokens(x, batch, tokens, width) },
        null,
        this.parameter,
        'visual.transformer.resblocks',
      )
      return this.project(norm(pooled, this.parameter, 'visual.ln_post'), 'visual.proj')
    })
  }

  /**
   * @param tokens [batch, context], int32; the end-of-text token is the largest id of each row and what follows it is
   * padding, which the causal mask hides @returns [batch, dim], unit rows
   */
  encodeTexts(tokens: Tensor2D): Tensor2D {
    const { context, width, depth, heads } = this.config.text
    const [batch, length] = tokens.shape
    if (length !== context) {
      throw new AnamnesisError(
        'BAD_INPUT',
        `Model "${this.id}" takes tokens [batch, ${context}], not [${tokens.shape.join(', ')}].`,
      )
    }
    return tf.tidy(() => {
      const ids: Tensor2D = tf.cast(tokens, 'int32')
      const flat: Tensor1D = tf.reshape(ids, [batch * context])
      const embedded = tf.reshape(tf.gather(this.parameter('token_embedding.weight'), flat), [batch, context, width])
      const placed = tf.add(embedded, this.parameter('positional_embedding'))
      // [batch, 1, context]: 1 at the end token. A product with it picks that token and, from the mask, what it may see.
      const end: Tensor3D = tf.reshape(tf.cast(tf.oneHot(tf.argMax(ids, 1), context), 'float32'), [batch, 1, context])
      const pooled = transformer(
        tf.reshape(placed, [batch * context, width]),
        { batch, tokens: context, width, depth, heads, activation: this.config.text.activation },
        {
          pick: (x) => tf.reshape(tf.matMul(end, tf.reshape(x, [batch, context, width])), [batch, width]),
          mask: tf.reshape(
            tf.matMul(tf.reshape(end, [batch, context]), tf.reshape(this.causalMask, [context, context])),
            [batch, 1, context],
          ),
        },
        this.causalMask,
        this.parameter,
        'transformer.resblocks',
      )
      return this.project(norm(pooled, this.parameter, 'ln_final'), 'text_projection')
    })
  }

  /** What cosines are multiplied with: exp of the stored logarithm. */
  logitScale(): Scalar {
    return tf.exp(this.parameter('logit_scale')) as unknown as Scalar
  }

  /** The variables that training changes, in file order. */
  trainable(): Variable[] {
    return [...this.variables.values()].filter((variable) => variable.trainable)
  }

  /**
   * Value and gradients of a scalar function of the trainable variables. Gradients carry the standard names;
   * a variable that the function does not depend on has none. The caller disposes all of it.
   */
  gradients(loss: () => Scalar): { value: Scalar; gradients: NamedTensorMap } {
    const { value, grads } = tf.variableGrads(loss, this.trainable())
    const gradients: NamedTensorMap = {}
    for (const [name, gradient] of Object.entries(grads)) gradients[this.nameOf.get(name)!] = gradient
    return { value, gradients }
  }

  /** Copies of all weights by standard name; the caller disposes them. */
  snapshot(): NamedTensorMap {
    const copy: NamedTensorMap = {}
    for (const [name, variable] of this.variables) copy[name] = tf.clone<Tensor>(variable)
    return copy
  }

  /** Takes over weights by standard name; the given tensors stay the caller's. @throws CORRUPT_WEIGHTS naming every misfit */
  load(weights: NamedTensorMap): void {
    const shapes = new Map(Object.entries<Tensor>(weights).map(([name, tensor]) => [name, tensor.shape]))
    checkParameters(this.config, shapes, 'the given weights')
    for (const [name, variable] of this.variables) {
      const copy: Tensor = tf.clone(weights[name]!)
      variable.assign(copy)
      copy.dispose()
    }
  }

  dispose(): void {
    for (const variable of this.variables.values()) variable.dispose()
    this.causalMask.dispose()
  }

  private readonly parameter = (name: string): Variable => this.variables.get(name)!

  private project(pooled: Tensor2D, name: string): Tensor2D {
    return l2Normalise(tf.matMul(pooled, this.parameter(name) as unknown as Tensor2D))
  }
}

/** A model with random starting weights; equal seeds give equal weights on every machine and backend. */
export function createModel(config: ModelConfig, seed: number, options: ModelOptions = {}): ClipModel {
  const specs = parameterSpecs(config)
  return new ClipModel(config, (name) => startingValues(name, specs.get(name)!, seed), options)
}

/** @param source what holds the shapes, for the message @throws CORRUPT_WEIGHTS naming every missing, unexpected or misshapen tensor */
export function checkParameters(
  config: ModelConfig,
  shapes: ReadonlyMap<string, readonly number[]>,
  source: string,
): void {
  const specs = parameterSpecs(config)
  const missing = [...specs.keys()].filter((name) => !shapes.has(name))
  const unexpected = [...shapes.keys()].filter((name) => !specs.has(name))
  const misshapen: string[] = []
  for (const [name, { shape }] of specs) {
    const found = shapes.get(name)
    if (found && found.join() !== shape.join()) misshapen.push(`${name} is [${found}], should be [${shape}]`)
  }
  const faults = [
    missing.length > 0 && `missing: ${missing.join(', ')}`,
    unexpected.length > 0 && `unexpected: ${unexpected.join(', ')}`,
    misshapen.length > 0 && `of another shape: ${misshapen.join(', ')}`,
  ].filter((fault) => fault !== false)
  if (faults.length > 0) {
    throw new AnamnesisError(
      'CORRUPT_WEIGHTS',
      `Tensors of ${source} do not fit model size "${config.id}"; ${faults.join('; ')}. Use weights made for this size.`,
    )
  }
}

/** The class token of each image: [batch * tokens, width] -> [batch, width]. */
function firstTokens(x: Tensor2D, batch: number, tokens: number, width: number): Tensor2D {
  return tf.reshape(tf.slice(tf.reshape(x, [batch, tokens, width]), [0, 0, 0], [batch, 1, width]), [batch, width])
}

/** [1, tokens, tokens]: a token sees itself and what is before it. */
function causalMask(tokens: number): Tensor3D {
  const values = new Float32Array(tokens * tokens)
  for (let row = 0; row < tokens; row++) values.fill(UNSEEN, row * tokens + row + 1, (row + 1) * tokens)
  return tf.tensor3d(values, [1, tokens, tokens])
}

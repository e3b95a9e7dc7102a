import {
  l2Normalise,
  type NamedTensorMap,
  type Scalar,
  type Tensor,
  type Tensor2D,
  type Tensor4D,
  tf,
  type Variable,
} from '../backend/index.ts'
import { AnamnesisError, type ModelConfig } from '../contracts/index.ts'
import { combineHooks, type TowerHooks } from './hooks.ts'
import { parameterSpecs, startingValues } from './parameters.ts'
import type { Run } from './sequence.ts'
import { imageTower, textTower } from './towers/registry.ts'
import type { ImageTower, TextTower } from './towers/tower.ts'
import type { Wrapper } from './wrappers/wrapper.ts'

export interface ModelOptions {
  /** The logit scale is frozen in continual learning; pre-training learns it. */
  trainLogitScale?: boolean
  /**
   * Computes every block of the towers once more for the gradient instead of keeping what is in it: the same gradients
   * with a fraction of the memory, for a third more time.
   */
  checkpointing?: boolean
}

let created = 0

/** A CLIP model: image tower and text tower with one embedding space. Owns its variables until `dispose`. */
export class ClipModel {
  readonly config: ModelConfig
  /** Id of the model size. */
  readonly id: string
  /** Parameters by their standard name ("visual.transformer.resblocks.0.attn.in_proj_weight"). */
  readonly variables: ReadonlyMap<string, Variable>
  private readonly image: ImageTower
  private readonly text: TextTower
  private readonly wrappers: Wrapper[] = []
  private readonly checkpointing: boolean

  /** @param values gives the starting values of each parameter, in the order of `parameterSpecs` */
  constructor(config: ModelConfig, values: (name: string) => Float32Array, options: ModelOptions = {}) {
    this.config = config
    this.id = config.id
    this.checkpointing = options.checkpointing ?? false
    const prefix = `clip${created++}` // TensorFlow.js wants names that are unique in the process
    const variables = new Map<string, Variable>()
    for (const [name, { shape }] of parameterSpecs(config)) {
      const tensor = tf.tensor(values(name), shape, 'float32')
      const trainable = name !== 'logit_scale' || options.trainLogitScale === true
      const variable = tf.variable(tensor, trainable, `${prefix}/${name}`)
      tensor.dispose()
      variables.set(name, variable)
    }
    this.variables = variables
    this.image = imageTower(config.image).open()
    this.text = textTower(config.text).open()
  }

  /**
   * @param pixels [batch, size, size, 3], normalised with the config's mean and std
   * @param hooks for this call, after those of attached wrappers
   * @returns [batch, dim], unit rows
   */
  encodeImages(pixels: Tensor4D, hooks?: TowerHooks): Tensor2D {
    const { size } = this.config.image
    const [, height, across, channels] = pixels.shape
    if (height !== size || across !== size || channels !== 3) {
      throw new AnamnesisError(
        'BAD_INPUT',
        `Model "${this.id}" takes images [batch, ${size}, ${size}, 3], not [${pixels.shape.join(', ')}].`,
      )
    }
    return tf.tidy(() => l2Normalise(this.image.encode(pixels, this.run(hooks))))
  }

  /**
   * @param tokens [batch, length], int32, as the model's tokenizer makes them, at most the context long
   * @param hooks for this call, after those of attached wrappers
   * @returns [batch, dim], unit rows
   */
  encodeTexts(tokens: Tensor2D, hooks?: TowerHooks): Tensor2D {
    const { context } = this.config.text
    if (tokens.shape[1] > context) {
      throw new AnamnesisError(
        'BAD_INPUT',
        `Model "${this.id}" takes tokens [batch, at most ${context}], not [${tokens.shape.join(', ')}].`,
      )
    }
    return tf.tidy(() => l2Normalise(this.text.encode(tokens, this.run(hooks))))
  }

  /** What cosines are multiplied with: exp of the stored logarithm. */
  logitScale(): Scalar {
    return tf.exp(this.variables.get('logit_scale')!) as unknown as Scalar
  }

  /** Puts a wrapper's hooks into both towers until it is detached; from now on only wrappers are trained. The wrapper stays the caller's. */
  attach(wrapper: Wrapper): void {
    this.wrappers.push(wrapper)
  }

  /** Takes a wrapper out again. */
  detach(wrapper: Wrapper): void {
    const at = this.wrappers.indexOf(wrapper)
    if (at >= 0) this.wrappers.splice(at, 1)
  }

  /** The variables that training changes, by name: those of attached wrappers, or without any the model's own, in file order. */
  trained(): Map<string, Variable> {
    const sources = this.wrappers.length > 0 ? this.wrappers : [this]
    const all = sources.flatMap(({ variables }) => [...variables])
    return new Map(all.filter(([, variable]) => variable.trainable))
  }

  /** The variables that training changes, in the order of `trained`. */
  trainable(): Variable[] {
    return [...this.trained().values()]
  }

  /**
   * Value and gradients of a scalar function of `variables`. Gradients carry the names of that map;
   * a variable that the function does not depend on has none. The caller disposes all of it.
   */
  gradients(
    loss: () => Scalar,
    variables: ReadonlyMap<string, Variable> = this.trained(),
  ): { value: Scalar; gradients: NamedTensorMap } {
    const { value, grads } = tf.variableGrads(loss, [...variables.values()])
    const gradients: NamedTensorMap = {}
    for (const [name, variable] of variables) {
      const gradient = grads[variable.name]
      if (gradient) gradients[name] = gradient
    }
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
    this.image.dispose()
    this.text.dispose()
  }

  private run(hooks?: TowerHooks): Run {
    const combined = combineHooks([...this.wrappers.map((wrapper) => wrapper.hooks), ...(hooks ? [hooks] : [])])
    const parameter = (name: string): Variable => this.variables.get(name)!
    return {
      checkpointing: this.checkpointing,
      hooks: combined,
      parameter: combined.parameter ? (name) => combined.parameter!(name, parameter(name)) : parameter,
    }
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

import type { Tensor2D, Tensor4D } from '../../backend/index.ts'
import type { Run } from '../sequence.ts'
import type { BlockNames } from '../transformer.ts'
import type { Specs } from './specs.ts'

/** One half of a model. The variables are the model's; a tower owns only its constants. */
interface Tower<Input> {
  /** @returns [batch, embedding], before the rows are brought to unit length */
  encode(input: Input, run: Run): Tensor2D
  dispose(): void
}

/** Input: [batch, size, size, 3], normalised pixels. */
export type ImageTower = Tower<Tensor4D>
/** Input: [batch, length], int32 token ids; length is at most the context. */
export type TextTower = Tower<Tensor2D>

/** A kind of tower with its config: what is known of it without TensorFlow.js, and how to make it. */
interface TowerDefinition<T> {
  addSpecs(specs: Specs, embedding: number): void
  /** Names of the parameters of a block, counted from 0. */
  block(block: number): BlockNames
  open(): T
}
export type ImageTowerDefinition = TowerDefinition<ImageTower>
export type TextTowerDefinition = TowerDefinition<TextTower>

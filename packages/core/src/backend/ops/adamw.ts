import type { Scalar, Tensor } from '../tf.ts'
import { tf } from '../tf.ts'
import { hasKernel, runKernel } from './kernel.ts'

interface AdamWStep {
  beta1: number
  beta2: number
  epsilon: number
  /** Learning rate / (1 - beta1^t). */
  rate: Scalar
  /** 1 / sqrt(1 - beta2^t). */
  correction: Scalar
  /** 1 - learning rate * weight decay; null where nothing decays. */
  kept: Scalar | null
}

interface AdamWState {
  weight: Tensor
  first: Tensor
  second: Tensor
}

/**
 * One update of AdamW (Loshchilov 2019, algorithm 2) of one tensor. Not differentiable. Where the backend can, and
 * nobody else holds the old state, the new one is written over it.
 *
 *     first'  = beta1 first + (1 - beta1) g
 *     second' = beta2 second + (1 - beta2) g^2
 *     weight' = kept weight - rate first' / (correction sqrt(second') + epsilon)
 */
export function adamwUpdate(state: AdamWState, gradient: Tensor, step: AdamWStep): AdamWState {
  const { weight, first: oldFirst, second: oldSecond } = state
  const { beta1, beta2, epsilon, rate, correction, kept } = step
  if (hasKernel('AdamWUpdate')) {
    const inputs = { weight, first: oldFirst, second: oldSecond, gradient, rate, correction, ...(kept && { kept }) }
    const updated = runKernel('AdamWUpdate', inputs, { beta1, beta2, epsilon }) as [Tensor, Tensor, Tensor]
    return { weight: updated[0], first: updated[1], second: updated[2] }
  }
  const first = tf.add(tf.mul(oldFirst, beta1), tf.mul(gradient, 1 - beta1))
  const second = tf.add(tf.mul(oldSecond, beta2), tf.mul(tf.square(gradient), 1 - beta2))
  const change = tf.div(tf.mul(first, rate), tf.add(tf.mul(tf.sqrt(second), correction), epsilon))
  return { weight: tf.sub(kept ? tf.mul(weight, kept) : weight, change), first, second }
}

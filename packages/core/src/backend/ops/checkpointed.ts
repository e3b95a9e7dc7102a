import type { Tensor } from '../tf.ts'
import { tf } from '../tf.ts'
import { hasKernel, runKernel } from './kernel.ts'

/**
 * compute(inputs) with little memory: between forward and backward only the inputs are kept, and what lies between is
 * computed once more for the gradient (Chen 2016). Value and gradients are those of `compute` itself.
 * @param compute depends on the inputs alone, for values and gradients; called twice where a gradient is wanted. What it
 * reads besides must outlive the gradient, and gets none.
 */
export function checkpointed<T extends Tensor>(compute: (inputs: Tensor[]) => T, inputs: readonly Tensor[]): T {
  const operation = tf.customGrad((...args) => {
    const save = args.pop() as unknown as (tensors: Tensor[]) => void
    const given = args as Tensor[]
    save(given)
    return {
      value: compute(given),
      gradFunc: (dy: Tensor, saved: Tensor[]) => gradients(compute, saved, dy),
    }
  })
  return operation(...inputs) as T
}

/** Gradients for all inputs, from a tape of its own; zeros for inputs that the value does not depend on. */
function gradients(compute: (inputs: Tensor[]) => Tensor, saved: Tensor[], dy: Tensor): Tensor[] {
  const engine = tf.engine()
  const { activeTape } = engine.state // of the computation whose backward pass this is part of
  try {
    return tf.tidy(() => {
      // Copies, so that an input that is given twice gets each of its gradients.
      const inputs = saved.map((input, index) => (index === 0 ? after(input, dy) : tf.clone(input)))
      const { grads } = engine.gradients(() => compute(inputs), inputs, dy, true)
      return grads.map((gradient, index) => gradient ?? tf.zerosLike(saved[index]!))
    })
  } finally {
    engine.state.activeTape = activeTape
  }
}

/** `x`, which a lazy backend does not compute with before `awaited` is there: not all is recomputed at once. */
function after(x: Tensor, awaited: Tensor): Tensor {
  return hasKernel('After') ? (runKernel('After', { x, awaited }) as Tensor) : tf.clone(x)
}

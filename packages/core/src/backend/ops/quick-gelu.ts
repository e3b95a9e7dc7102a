import type { Tensor } from '../tf.ts'
import { tf } from '../tf.ts'
import { hasKernel, runKernel } from './kernel.ts'

const SLOPE = 1.702

/** x * sigmoid(1.702 x), the approximation of GELU in the first CLIP models (Radford 2021). */
export function quickGelu(x: Tensor): Tensor {
  const operation = tf.customGrad((...args) => {
    const [x, save] = args as unknown as [Tensor, (tensors: Tensor[]) => void]
    save([x]) // the gate is cheaper to compute again than to keep
    const value = hasKernel('QuickGeluForward')
      ? (runKernel('QuickGeluForward', { x }, { slope: SLOPE }) as Tensor)
      : tf.mul(x, tf.sigmoid(tf.mul(x, SLOPE)))
    return { value, gradFunc: (dy: Tensor, saved: Tensor[]) => backward(dy, saved[0]!) }
  })
  return operation(x)
}

/** dx = dy g (1 + t - t g) with t = 1.702 x and the gate g = sigmoid(t). */
function backward(dy: Tensor, x: Tensor): Tensor {
  const t = tf.mul(x, SLOPE)
  const gate = tf.sigmoid(t)
  return tf.mul(dy, tf.mul(gate, tf.add(tf.sub(t, tf.mul(t, gate)), 1)))
}

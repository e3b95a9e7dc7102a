import type { Tensor } from '../tf.ts'
import { tf } from '../tf.ts'

const SLOPE = 1.702

/** x * sigmoid(1.702 x), the approximation of GELU in the first CLIP models (Radford 2021). */
export function quickGelu(x: Tensor): Tensor {
  const operation = tf.customGrad((...args) => {
    const [x, save] = args as unknown as [Tensor, (tensors: Tensor[]) => void]
    const gate = tf.sigmoid(tf.mul(x, SLOPE))
    save([x, gate])
    return {
      value: tf.mul(x, gate),
      gradFunc: (dy: Tensor, saved: Tensor[]) => {
        const [x, gate] = saved as [Tensor, Tensor]
        return tf.mul(dy, tf.mul(gate, tf.add(tf.mul(tf.mul(x, tf.sub(1, gate)), SLOPE), 1)))
      },
    }
  })
  return operation(x)
}

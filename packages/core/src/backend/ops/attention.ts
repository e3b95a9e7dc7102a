import type { Tensor, Tensor3D } from '../tf.ts'
import { tf } from '../tf.ts'
import { hasKernel, runKernel } from './kernel.ts'

/**
 * Scaled dot-product attention softmax(scale q k^T + mask) v of every head (Vaswani 2017, eq. 1).
 * @param query [heads of all sequences, queries, head width]
 * @param key and value [heads of all sequences, tokens, head width]
 * @param mask added to the scores, broadcast to [heads of all sequences, queries, tokens]; a constant: no gradient goes to it
 * @returns [heads of all sequences, queries, head width]
 */
export function attention(
  query: Tensor3D,
  key: Tensor3D,
  value: Tensor3D,
  mask: Tensor | null,
  scale: number,
): Tensor3D {
  const operation = tf.customGrad((...args) => {
    const [q, k, v, save] = args as unknown as [Tensor3D, Tensor3D, Tensor3D, (tensors: Tensor[]) => void]
    const scores = scaledProduct(q, k, { transposeB: true, scale })
    const weights = tf.softmax(mask ? tf.add(scores, mask) : scores, -1) as Tensor3D
    const mixed = tf.matMul(weights, v) as Tensor3D
    save([q, k, v, weights, mixed])
    return { value: mixed, gradFunc: (dy: Tensor, saved: Tensor[]) => backward(dy, saved as Tensor3D[], scale) }
  })
  return operation(query, key, value) as Tensor3D
}

/**
 * dV = P^T dY; dS = P * (dY V^T - rowsum(dY * Y)), since rowsum(dP * P) is rowsum(dY * Y) (Dao 2022, appendix B);
 * dQ = scale dS K; dK = scale dS^T Q
 */
function backward(dy: Tensor, [query, key, value, weights, mixed]: Tensor3D[], scale: number): Tensor[] {
  const forValue = tf.matMul(weights!, dy as Tensor3D, true, false)
  const forWeights = tf.matMul(dy as Tensor3D, value!, false, true)
  const rows = tf.sum(tf.mul(dy, mixed!), -1, true)
  const forScores = tf.mul(tf.sub(forWeights, rows), weights!) as Tensor3D
  return [
    scaledProduct(forScores, key!, { scale }),
    scaledProduct(forScores, query!, { transposeA: true, scale }),
    forValue,
  ]
}

interface Product {
  transposeA?: boolean
  transposeB?: boolean
  scale: number
}

/** scale * a b of every head. */
function scaledProduct(a: Tensor3D, b: Tensor3D, { transposeA = false, transposeB = false, scale }: Product): Tensor3D {
  if (hasKernel('ScaledMatMul')) {
    const attributes = { transposeA: Number(transposeA), transposeB: Number(transposeB), scale }
    return runKernel('ScaledMatMul', { a, b }, attributes) as Tensor3D
  }
  return tf.mul(tf.matMul(a, b, transposeA, transposeB), scale)
}

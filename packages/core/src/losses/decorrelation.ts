import { type Scalar, type Tensor1D, type Tensor2D, tf } from '../backend/index.ts'

/** Weight of the variance part and the deviation it asks for (USDRL, arXiv 2508.12586, released code). */
const VARIANCE_WEIGHT = 5
const EPSILON = 1e-4

/**
 * Multi-grained feature decorrelation: 5 mean(relu(1 - sqrt(var + 1e-4))) + sum over i != j of Cov_ij^2 / dim. It is
 * large where embeddings collapse to a point or a line. Unit rows are scaled by sqrt(dim), so that a deviation of 1 in
 * every dimension can be reached.
 * @param rows unit rows, [batch, dim]
 * @param groups [batch], int32: only what rows differ within their group counts; absent: the whole batch is one group
 */
export function decorrelation(rows: Tensor2D, groups?: Tensor1D): Scalar {
  const [batch, dim] = rows.shape
  const scaled: Tensor2D = tf.mul(rows, Math.sqrt(dim))
  const means = groups ? groupMeans(scaled, groups) : tf.mean(scaled, 0, true)
  const centred: Tensor2D = tf.sub(scaled, means)
  const covariance = tf.div(tf.matMul(centred, centred, true, false), Math.max(1, batch - 1)) as Tensor2D
  const variance = tf.div(tf.sum(tf.square(centred), 0), Math.max(1, batch - 1))
  const narrow = tf.mean(tf.relu(tf.sub(1, tf.sqrt(tf.add(variance, EPSILON)))))
  const correlated = tf.sub(tf.sum(tf.square(covariance)), tf.sum(tf.square(variance)))
  return tf.add(tf.mul(narrow, VARIANCE_WEIGHT), tf.div(correlated, dim))
}

/** The mean of each row's group, [batch, dim]. */
function groupMeans(rows: Tensor2D, groups: Tensor1D): Tensor2D {
  const batch = rows.shape[0]
  const same = tf.cast(tf.equal(tf.reshape(groups, [batch, 1]), tf.reshape(groups, [1, batch])), 'float32') as Tensor2D
  return tf.matMul(tf.div(same, tf.sum(same, 1, true)) as Tensor2D, rows)
}

import { tf } from '../tf.ts'
import { elementwiseGradients } from './elementwise.ts'
import { gatherGradients } from './gather.ts'
import { matmulGradients } from './matmul.ts'
import { reduceGradients } from './reduce.ts'
import { shapeGradients } from './shape.ts'

/**
 * The Node build of TensorFlow.js registers no gradients, and importing its gradient file would load a second copy of
 * the library, so the project states the gradients of the kernels it uses. They make no host arrays and no loops over
 * elements: on a lazy backend both would end up in every step's graph.
 */
export function registerGradients(): void {
  const all = [...elementwiseGradients, ...gatherGradients, ...matmulGradients, ...reduceGradients, ...shapeGradients]
  for (const config of all) if (!tf.getGradient(config.kernelName)) tf.registerGradient(config)
}

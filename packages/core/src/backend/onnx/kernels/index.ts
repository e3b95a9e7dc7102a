import { registerKernel } from '@tensorflow/tfjs-core'
import type { OnnxBackend } from '../backend.ts'
import { constantKernels } from './constant.ts'
import { elementwiseKernels } from './elementwise.ts'
import { fusedKernels } from './fused.ts'
import { gatherKernels } from './gather.ts'
import { logicKernels } from './logic.ts'
import { matmulKernels } from './matmul.ts'
import { reduceKernels } from './reduce.ts'
import { shapeKernels } from './shape.ts'
import { updateKernels } from './update.ts'

export function registerKernels(backendName: string): void {
  const all = [
    ...constantKernels,
    ...elementwiseKernels,
    ...fusedKernels,
    ...gatherKernels,
    ...logicKernels,
    ...matmulKernels,
    ...reduceKernels,
    ...shapeKernels,
    ...updateKernels,
  ]
  for (const { name, record } of all) {
    registerKernel({
      kernelName: name,
      backendName,
      kernelFunc: ({ inputs, backend, attrs }) => {
        const onnx = backend as OnnxBackend
        onnx.beforeKernel()
        return record(onnx, inputs, attrs ?? {})
      },
    })
  }
}

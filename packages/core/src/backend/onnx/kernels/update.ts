import type { TensorInfo } from '@tensorflow/tfjs-core'
import { scalar, type Value } from '../value.ts'
import { kernel, like } from './kernel.ts'

interface AdamWInputs {
  weight: TensorInfo
  first: TensorInfo
  second: TensorInfo
  gradient: TensorInfo
  rate: TensorInfo
  correction: TensorInfo
  kept?: TensorInfo
}

interface AdamWAttributes {
  beta1: number
  beta2: number
  epsilon: number
}

/** The update of `backend/ops/adamw.ts`, each new state over its old one. */
const adamw = kernel<AdamWInputs, AdamWAttributes>('AdamWUpdate', (backend, inputs, attributes) => {
  const { beta1, beta2, epsilon } = attributes
  const [weight, oldFirst, oldSecond] = [inputs.weight, inputs.first, inputs.second].map((info) =>
    backend.operand(info),
  )
  const [gradient, rate, correction] = [inputs.gradient, inputs.rate, inputs.correction].map((info) =>
    backend.operand(info),
  )
  const kept = inputs.kept && backend.operand(inputs.kept)
  const binary = (operator: string, a: Value, b: Value) => like(backend, operator, [a, b])
  const states = backend.recordUpdate(() => {
    const first = binary('Add', binary('Mul', oldFirst!, scalar(beta1)), binary('Mul', gradient!, scalar(1 - beta1)))
    const square = binary('Mul', gradient!, gradient!)
    const second = binary('Add', binary('Mul', oldSecond!, scalar(beta2)), binary('Mul', square, scalar(1 - beta2)))
    const deviation = binary('Mul', like(backend, 'Sqrt', [second]), correction!)
    const change = binary('Div', binary('Mul', first, rate!), binary('Add', deviation, scalar(epsilon)))
    const decayed = kept ? binary('Mul', weight!, kept) : weight!
    return [
      { state: binary('Sub', decayed, change), old: weight! },
      { state: first, old: oldFirst! },
      { state: second, old: oldSecond! },
    ]
  })
  return states.map((state) => backend.publish(state))
})

/** `backend/ops/accumulate.ts`. */
const accumulate = kernel<{ sum: TensorInfo; addend: TensorInfo }>('Accumulate', (backend, { sum, addend }) => {
  const [old, more] = [backend.operand(sum), backend.operand(addend)]
  const [state] = backend.recordUpdate(() => [{ state: like(backend, 'Add', [old, more]), old }])
  return backend.publish(state!)
})

/** Kernels that write new states over old ones. */
export const updateKernels = [adamw, accumulate]

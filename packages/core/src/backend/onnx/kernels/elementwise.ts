import type { ClipByValueAttrs, LeakyReluAttrs, StepAttrs, TensorInfo } from '@tensorflow/tfjs-core'
import { scalar } from '../value.ts'
import { type Binary, broadcast, cast, kernel, like, type Unary } from './kernel.ts'

/** One operand, one ONNX operator of the same meaning. */
const UNARY = {
  Abs: 'Abs',
  Ceil: 'Ceil',
  Cos: 'Cos',
  Elu: 'Elu',
  Erf: 'Erf',
  Exp: 'Exp',
  Floor: 'Floor',
  Log: 'Log',
  Neg: 'Neg',
  Reciprocal: 'Reciprocal',
  Relu: 'Relu',
  Round: 'Round',
  Sigmoid: 'Sigmoid',
  Sign: 'Sign',
  Sin: 'Sin',
  Softplus: 'Softplus',
  Sqrt: 'Sqrt',
  Tan: 'Tan',
  Tanh: 'Tanh',
}

/** Two operands with broadcasting. */
const BINARY = {
  Add: 'Add',
  Maximum: 'Max',
  Minimum: 'Min',
  Multiply: 'Mul',
  Pow: 'Pow',
  RealDiv: 'Div',
  Sub: 'Sub',
}

export const elementwiseKernels = [
  ...Object.entries(UNARY).map(([name, operator]) =>
    kernel<Unary>(name, (backend, { x }) => backend.publish(like(backend, operator, [backend.operand(x)]))),
  ),

  ...Object.entries(BINARY).map(([name, operator]) =>
    kernel<Binary>(name, (backend, { a, b }) =>
      backend.publish(broadcast(backend, operator, backend.operand(a), backend.operand(b))),
    ),
  ),

  kernel<Unary>('Square', (backend, { x }) => {
    const value = backend.operand(x)
    return backend.publish(like(backend, 'Mul', [value, value]))
  }),

  kernel<Unary>('Rsqrt', (backend, { x }) => {
    const root = like(backend, 'Sqrt', [backend.operand(x)])
    return backend.publish(like(backend, 'Reciprocal', [root]))
  }),

  kernel<Unary>('Expm1', (backend, { x }) =>
    backend.publish(like(backend, 'Sub', [like(backend, 'Exp', [backend.operand(x)]), scalar(1)])),
  ),

  kernel<Unary>('Log1p', (backend, { x }) =>
    backend.publish(like(backend, 'Log', [like(backend, 'Add', [backend.operand(x), scalar(1)])])),
  ),

  kernel<Unary>('Relu6', (backend, { x }) => {
    const value = backend.operand(x)
    return backend.publish(like(backend, 'Clip', [value, scalar(0, value.type), scalar(6, value.type)]))
  }),

  kernel<Unary, LeakyReluAttrs>('LeakyRelu', (backend, { x }, { alpha }) => {
    const value = backend.operand(x)
    return backend.publish(backend.record('LeakyRelu', [value], value, { alpha: { float: alpha } }))
  }),

  kernel<Unary, StepAttrs>('Step', (backend, { x }, { alpha }) => {
    const value = backend.operand(x)
    const positive = broadcast(backend, 'Greater', value, scalar(0, value.type), 'bool')
    const operands = [positive, scalar(1, value.type), scalar(alpha, value.type)]
    return backend.publish(backend.record('Where', operands, value))
  }),

  kernel<Unary, ClipByValueAttrs>('ClipByValue', (backend, { x }, { clipValueMin, clipValueMax }) => {
    const value = backend.operand(x)
    const bounds = [scalar(clipValueMin, value.type), scalar(clipValueMax, value.type)]
    return backend.publish(like(backend, 'Clip', [value, ...bounds]))
  }),

  kernel<Binary>('SquaredDifference', (backend, { a, b }) => {
    const difference = broadcast(backend, 'Sub', backend.operand(a), backend.operand(b))
    return backend.publish(like(backend, 'Mul', [difference, difference]))
  }),

  kernel<Binary>('FloorDiv', (backend, { a, b }) => {
    const type = backend.operand(a).type
    const [x, y] = [a, b].map((info) => cast(backend, backend.operand(info), 'float32'))
    return backend.publish(cast(backend, like(backend, 'Floor', [broadcast(backend, 'Div', x!, y!)]), type))
  }),

  // The remainder with the divisor's sign.
  kernel<Binary>('Mod', (backend, { a, b }) => {
    const x = backend.operand(a)
    const y = backend.operand(b)
    if (x.type === 'int32') return backend.publish(broadcast(backend, 'Mod', x, y))
    const whole = like(backend, 'Floor', [broadcast(backend, 'Div', x, y)])
    return backend.publish(broadcast(backend, 'Sub', x, broadcast(backend, 'Mul', whole, y)))
  }),

  kernel<Record<string, TensorInfo>>('AddN', (backend, inputs) => {
    const values = Object.values(inputs).map((info) => backend.operand(info))
    if (values[0]!.type === 'float32') return backend.publish(like(backend, 'Sum', values))
    return backend.publish(values.reduce((sum, value) => like(backend, 'Add', [sum, value])))
  }),
]

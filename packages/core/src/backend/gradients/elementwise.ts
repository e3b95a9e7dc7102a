import type { ClipByValueAttrs, DataType, LeakyReluAttrs, Tensor } from '@tensorflow/tfjs-core'
import { tf } from '../tf.ts'
import { gradient, indicator, unbroadcast } from './gradient.ts'

const TWO_OVER_ROOT_PI = 2 / Math.sqrt(Math.PI)

/** x -> y with dx = dy * slope(x) */
const ofInput = (name: string, slope: (dy: Tensor, x: Tensor) => Tensor) =>
  gradient(name, { inputs: ['x'] }, (dy, [x]) => ({ x: () => slope(dy, x!) }))

/** x -> y with dx = dy * slope(y), where the output is the cheaper thing to keep */
const ofOutput = (name: string, slope: (dy: Tensor, y: Tensor) => Tensor) =>
  gradient(name, { outputs: [true] }, (dy, [y]) => ({ x: () => slope(dy, y!) }))

/** Steps and comparisons: flat almost everywhere. */
const flat = (name: string) => gradient(name, {}, (dy) => ({ x: () => tf.zerosLike(dy) }))

const two = (name: string, forA: (dy: Tensor, a: Tensor, b: Tensor) => Tensor, forB: typeof forA) =>
  gradient(name, { inputs: ['a', 'b'] }, (dy, [a, b]) => ({
    a: () => unbroadcast(forA(dy, a!, b!), a!.shape),
    b: () => unbroadcast(forB(dy, a!, b!), b!.shape),
  }))

export const elementwiseGradients = [
  two(
    'Add',
    (dy) => dy,
    (dy) => dy,
  ),
  two(
    'Sub',
    (dy) => dy,
    (dy) => tf.neg(dy),
  ),
  two(
    'Multiply',
    (dy, _a, b) => tf.mul(dy, b),
    (dy, a) => tf.mul(dy, a),
  ),
  two(
    'RealDiv',
    (dy, _a, b) => tf.div(dy, b),
    (dy, a, b) => tf.neg(tf.div(tf.mul(dy, a), tf.square(b))),
  ),
  two(
    'Maximum',
    (dy, a, b) => tf.mul(dy, indicator(tf.greaterEqual(a, b))),
    (dy, a, b) => tf.mul(dy, indicator(tf.less(a, b))),
  ),
  two(
    'Minimum',
    (dy, a, b) => tf.mul(dy, indicator(tf.lessEqual(a, b))),
    (dy, a, b) => tf.mul(dy, indicator(tf.greater(a, b))),
  ),
  two(
    'SquaredDifference',
    (dy, a, b) => tf.mul(dy, tf.mul(2, tf.sub(a, b))),
    (dy, a, b) => tf.mul(dy, tf.mul(2, tf.sub(b, a))),
  ),
  two(
    'Mod',
    (dy) => dy,
    (dy, a, b) => tf.neg(tf.mul(dy, tf.floor(tf.div(a, b)))),
  ),
  gradient('Pow', { inputs: ['a', 'b'], outputs: [true] }, (dy, [base, exponent, power]) => {
    const a = base!
    const b = exponent!
    return {
      a: () => unbroadcast(tf.mul(dy, tf.mul(b, tf.pow(a, tf.sub(b, 1)))), a.shape),
      b: () => {
        const positive = tf.greater(a, 0)
        const logarithm = tf.where(positive, tf.log(tf.where(positive, a, tf.onesLike(a))), tf.zerosLike(a))
        return unbroadcast(tf.mul(dy, tf.mul(power!, logarithm)), b.shape)
      },
    }
  }),
  gradient('AddN', { allInputs: true }, (dy, saved) =>
    Object.fromEntries(saved.map((_, index) => [index, () => tf.clone(dy)])),
  ),

  gradient('Neg', {}, (dy) => ({ x: () => tf.neg(dy) })),
  ofInput('Abs', (dy, x) => tf.mul(dy, tf.sign(x))),
  ofInput('Square', (dy, x) => tf.mul(dy, tf.mul(x, 2))),
  ofOutput('Sqrt', (dy, y) => tf.div(dy, tf.mul(y, 2))),
  ofOutput('Rsqrt', (dy, y) => tf.mul(dy, tf.mul(tf.mul(y, tf.square(y)), -0.5))),
  ofOutput('Reciprocal', (dy, y) => tf.neg(tf.mul(dy, tf.square(y)))),
  ofOutput('Exp', (dy, y) => tf.mul(dy, y)),
  ofOutput('Expm1', (dy, y) => tf.mul(dy, tf.add(y, 1))),
  ofInput('Log', (dy, x) => tf.div(dy, x)),
  ofInput('Log1p', (dy, x) => tf.div(dy, tf.add(x, 1))),
  ofInput('Sin', (dy, x) => tf.mul(dy, tf.cos(x))),
  ofInput('Cos', (dy, x) => tf.neg(tf.mul(dy, tf.sin(x)))),
  ofOutput('Tan', (dy, y) => tf.mul(dy, tf.add(tf.square(y), 1))),
  ofOutput('Tanh', (dy, y) => tf.mul(dy, tf.sub(1, tf.square(y)))),
  ofOutput('Sigmoid', (dy, y) => tf.mul(dy, tf.mul(y, tf.sub(1, y)))),
  ofInput('Softplus', (dy, x) => tf.mul(dy, tf.sigmoid(x))),
  ofInput('Erf', (dy, x) => tf.mul(dy, tf.mul(tf.exp(tf.neg(tf.square(x))), TWO_OVER_ROOT_PI))),
  ofInput('Relu', (dy, x) => tf.mul(dy, indicator(tf.greater(x, 0)))),
  ofInput('Relu6', (dy, x) => tf.mul(dy, indicator(tf.logicalAnd(tf.greater(x, 0), tf.lessEqual(x, 6))))),
  ofOutput('Elu', (dy, y) => tf.mul(dy, tf.where(tf.greaterEqual(y, 0), tf.onesLike(y), tf.add(y, 1)))),
  gradient<LeakyReluAttrs>('LeakyRelu', { inputs: ['x'] }, (dy, [x], { alpha }) => ({
    x: () => tf.where(tf.greater(x!, 0), dy, tf.mul(dy, alpha)),
  })),
  gradient<ClipByValueAttrs>('ClipByValue', { inputs: ['x'] }, (dy, [x], { clipValueMin, clipValueMax }) => ({
    x: () => {
      const inside = tf.logicalAnd(tf.greaterEqual(x!, clipValueMin), tf.lessEqual(x!, clipValueMax))
      return tf.mul(dy, indicator(inside))
    },
  })),

  flat('Ceil'),
  flat('Floor'),
  flat('Round'),
  flat('Sign'),
  flat('Step'),
  gradient('ZerosLike', {}, (dy) => ({ x: () => tf.zerosLike(dy) })),
  gradient('OnesLike', {}, (dy) => ({ x: () => tf.zerosLike(dy) })),

  gradient<{ dtype: DataType }>('Cast', {}, (dy) => ({ x: () => tf.cast(dy, 'float32') })),
  gradient('Select', { inputs: ['condition'] }, (dy, [condition]) => ({
    condition: () => tf.zerosLike(indicator(condition!)),
    t: () => tf.mul(dy, indicator(condition!)),
    e: () => tf.mul(dy, indicator(tf.logicalNot(condition!))),
  })),
]

import {
  gelu,
  l2Normalise,
  layerNorm,
  quickGelu,
  softmaxCrossEntropy,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  tf,
} from './index.ts'

interface Input {
  values: number[]
  shape: number[]
  type: 'float32' | 'int32' | 'bool'
}

/** One use of the API that every backend answers alike: values, and gradients for the float inputs. */
export interface ContractCase {
  name: string
  inputs: Input[]
  compute(...inputs: Tensor[]): Tensor | Tensor[]
  /** The result jumps or bends between the inputs' neighbours, so that slopes cannot be measured. */
  steps?: boolean
}

let seed = 1
/** Numbers in [from, to), the same in every run. */
function numbers(count: number, from: number, to: number): number[] {
  return Array.from({ length: count }, () => {
    seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0
    return from + (to - from) * (seed / 2 ** 32)
  })
}

const size = (shape: number[]) => shape.reduce((product, dimension) => product * dimension, 1)
const float = (shape: number[], from = -2, to = 2): Input => ({
  values: numbers(size(shape), from, to),
  shape,
  type: 'float32',
})
const integer = (shape: number[], from: number, to: number): Input => ({
  values: numbers(size(shape), from, to).map(Math.floor),
  shape,
  type: 'int32',
})
const bool = (shape: number[]): Input => ({ values: integer(shape, 0, 2).values, shape, type: 'bool' })

const one = (name: string, compute: (x: Tensor) => Tensor | Tensor[], input = float([3, 4])): ContractCase => ({
  name,
  inputs: [input],
  compute,
})
const two = (
  name: string,
  compute: (a: Tensor, b: Tensor) => Tensor | Tensor[],
  a = float([3, 4]),
  b = float([3, 4]),
) => ({
  name,
  inputs: [a, b],
  compute,
})

const positive = float([3, 4], 0.2, 3)

export const cases: ContractCase[] = [
  // one operand
  one('abs', (x) => tf.abs(x)),
  one('neg', (x) => tf.neg(x)),
  one('square', (x) => tf.square(x)),
  one('sqrt', (x) => tf.sqrt(x), positive),
  one('rsqrt', (x) => tf.rsqrt(x), positive),
  one('reciprocal', (x) => tf.reciprocal(x), positive),
  one('exp', (x) => tf.exp(x)),
  one('expm1', (x) => tf.expm1(x)),
  one('log', (x) => tf.log(x), positive),
  one('log1p', (x) => tf.log1p(x), positive),
  one('sin', (x) => tf.sin(x)),
  one('cos', (x) => tf.cos(x)),
  one('tan', (x) => tf.tan(x), float([3, 4], -1, 1)),
  one('tanh', (x) => tf.tanh(x)),
  one('sigmoid', (x) => tf.sigmoid(x)),
  one('softplus', (x) => tf.softplus(x)),
  one('erf', (x) => tf.erf(x)),
  one('relu', (x) => tf.relu(x)),
  one('relu6', (x) => tf.relu6(x), float([3, 4], -9, 9)),
  one('elu', (x) => tf.elu(x)),
  one('leakyRelu', (x) => tf.leakyRelu(x, 0.1)),
  one('step', (x) => tf.step(x, 0.25)),
  one('sign', (x) => tf.sign(x)),
  one('floor', (x) => tf.floor(x)),
  one('ceil', (x) => tf.ceil(x)),
  one('round', (x) => tf.round(x)),
  one('clipByValue', (x) => tf.clipByValue(x, -0.7, 0.9)),
  one('isNaN', (x) => tf.isNaN(tf.log(x))),
  one('isInf', (x) => tf.isInf(tf.div(x, tf.zerosLike(x)))),
  one('isFinite', (x) => tf.isFinite(tf.log(x))),

  // two operands and broadcasting
  two('add', (a, b) => tf.add(a, b)),
  two('add broadcasting a row', (a, b) => tf.add(a, b), float([2, 3, 4]), float([4])),
  two('sub broadcasting a column', (a, b) => tf.sub(a, b), float([3, 1]), float([3, 4])),
  two('mul', (a, b) => tf.mul(a, b)),
  two('mul broadcasting both', (a, b) => tf.mul(a, b), float([3, 1, 4]), float([1, 5, 1])),
  one('mul of an input with itself', (a) => tf.mul(a, a)),
  two('div', (a, b) => tf.div(a, b), float([3, 4]), float([3, 4], 0.5, 2)),
  two('div by a scalar', (a, b) => tf.div(a, b), float([3, 4]), float([], 0.5, 2)),
  two('div of integers', (a, b) => tf.div(a, b), integer([6], -9, 9), integer([6], 1, 5)),
  two('floorDiv', (a, b) => tf.floorDiv(a, b), integer([6], -9, 9), integer([6], 1, 5)),
  two('mod', (a, b) => tf.mod(a, b), float([3, 4], -5, 5), float([3, 4], 1, 2)),
  two('mod of integers', (a, b) => tf.mod(a, b), integer([6], -9, 9), integer([6], 1, 5)),
  two('pow', (a, b) => tf.pow(a, b), positive, float([3, 4])),
  one('pow with a number', (a) => tf.pow(a, 2)),
  two('maximum', (a, b) => tf.maximum(a, b)),
  two('minimum broadcasting', (a, b) => tf.minimum(a, b), float([3, 4]), float([4])),
  two('squaredDifference', (a, b) => tf.squaredDifference(a, b), float([3, 4]), float([4])),
  two('addN', (a, b) => tf.addN([a, b, a])),
  two('add of integers', (a, b) => tf.add(a, b), integer([4], -5, 5), integer([4], -5, 5)),

  // comparison and choice
  two('equal', (a, b) => tf.equal(a, b), integer([8], 0, 3), integer([8], 0, 3)),
  two('equal of numbers', (a, b) => tf.equal(a, b)),
  two('notEqual', (a, b) => tf.notEqual(a, b), integer([8], 0, 3), integer([8], 0, 3)),
  two('greater', (a, b) => tf.greater(a, b)),
  two('greaterEqual', (a, b) => tf.greaterEqual(a, b), integer([8], 0, 3), integer([8], 0, 3)),
  two('less broadcasting', (a, b) => tf.less(a, b), float([3, 4]), float([4])),
  two('lessEqual', (a, b) => tf.lessEqual(a, b)),
  two('logicalAnd', (a, b) => tf.logicalAnd(a, b), bool([8]), bool([8])),
  two('logicalOr', (a, b) => tf.logicalOr(a, b), bool([8]), bool([8])),
  two('logicalXor', (a, b) => tf.logicalXor(a, b), bool([8]), bool([8])),
  one('logicalNot', (a) => tf.logicalNot(a), bool([8])),
  {
    name: 'where',
    inputs: [bool([3, 4]), float([3, 4]), float([3, 4])],
    compute: (condition, a, b) => tf.where(condition, a, b),
  },
  {
    name: 'where with a broadcast condition',
    inputs: [bool([3, 1]), float([3, 4]), float([3, 4])],
    compute: (condition, a, b) => tf.where(condition, a, b),
  },
  one('cast to integer', (x) => tf.cast(x, 'int32')),
  one('cast to boolean', (x) => tf.cast(x, 'bool'), integer([6], 0, 2)),
  one('cast from boolean', (x) => tf.cast(x, 'float32'), bool([6])),
  { ...one('cast there and back', (x) => tf.cast(tf.cast(x, 'int32'), 'float32')), steps: true },

  // shape
  one('reshape', (x) => tf.reshape(x, [2, -1])),
  one('reshape of a result', (x) => tf.mul(tf.reshape(tf.exp(x), [4, 3]), tf.reshape(tf.exp(x), [4, 3]))),
  one('expandDims', (x) => tf.expandDims(x, 1)),
  one('squeeze', (x) => tf.squeeze(x), float([3, 1, 4])),
  one('transpose', (x) => tf.transpose(x)),
  one('transpose of five axes', (x) => tf.transpose(x, [2, 0, 3, 1, 4]), float([2, 3, 3, 2, 2])),
  two('concat', (a, b) => tf.concat([a, b], 1), float([3, 2]), float([3, 4])),
  two('concat of a negative axis', (a, b) => tf.concat([a, b, a], -2)),
  two('concat with an empty part', (a, b) => tf.concat([a, b], 0), float([2, 3]), float([0, 3])),
  two('stack', (a, b) => tf.stack([a, b], 1)),
  one('unstack', (x) => tf.unstack(x, 1)),
  one('unstack of one', (x) => tf.unstack(x, 0), float([1, 4])),
  one('split', (x) => tf.split(x, [1, 3], 1)),
  one('split of equal parts', (x) => tf.split(x, 2, -1)),
  one('slice', (x) => tf.slice(x, [1, 1], [2, 2])),
  one('slice to the end', (x) => tf.slice(x, [1], [-1])),
  one('stridedSlice', (x) => tf.stridedSlice(tf.cast(tf.mul(x, 9), 'int32'), [0, 3], [3, 0], [2, -1])),
  one('tile', (x) => tf.tile(x, [2, 3])),
  one('tile of a single row', (x) => tf.tile(x, [3, 1]), float([1, 4])),
  one('broadcastTo', (x) => tf.broadcastTo(x, [2, 3, 4]), float([3, 1])),
  one('pad', (x) => tf.pad(x, [[1, 0], [2, 1]], 0.5)), // biome-ignore format: pairs
  one('pad of integers', (x) => tf.pad(x, [[1, 2]], 7), integer([3], 0, 5)),
  one('reverse', (x) => tf.reverse(x, [0, 1])),

  // constants
  one('zerosLike', (x) => tf.add(tf.zerosLike(x), x)),
  one('onesLike', (x) => tf.mul(tf.onesLike(x), x)),
  one('fill', (x) => tf.add(tf.fill([3, 4], 2.5), x)),
  one('zeros and ones', (x) => tf.add(tf.add(tf.zeros([3, 4]), tf.ones([3, 4])), x)),
  one('range', (x) => tf.add(tf.range(0, 4, 1, 'float32'), x)),
  one('linspace', (x) => tf.add(tf.linspace(-1, 1, 4), x)),
  one('eye', (x) => tf.mul(tf.eye(3), tf.slice(x, [0, 0], [3, 3]))),
  one('fill of booleans', () => tf.fill([3], 1, 'bool'), bool([3])),

  // reductions
  one('sum of all', (x) => tf.sum(x)),
  one('sum of an axis', (x) => tf.sum(x, 0)),
  one('sum keeping the axis', (x) => tf.sum(x, -1, true)),
  one('sum of two axes', (x) => tf.sum(x, [0, 2]), float([2, 3, 4])),
  one('sum of an axis of one', (x) => tf.sum(x, 1), float([3, 1, 2])),
  one('sum of a scalar', (x) => tf.sum(x), float([])),
  one('sum of booleans', (x) => tf.sum(x), bool([8])),
  one('mean of all', (x) => tf.mean(x)),
  one('mean of an axis', (x) => tf.mean(x, 1, true)),
  one('mean of integers', (x) => tf.mean(x), integer([5], 0, 9)),
  one('max', (x) => tf.max(x, -1)),
  one('max keeping the axis', (x) => tf.max(x, 0, true)),
  one('min', (x) => tf.min(x, 0)),
  one('max of integers', (x) => tf.max(x), integer([5], 0, 9)),
  one('all', (x) => tf.all(x, 1), bool([4, 2])),
  one('any', (x) => tf.any(x, 1), bool([4, 2])),
  one('argMax', (x) => tf.argMax(x, -1)),
  one('argMax of the first axis', (x) => tf.argMax(x, 0)),
  one('argMin', (x) => tf.argMin(x, 1)),
  one('cumsum', (x) => tf.cumsum(x, 1)),
  one('cumsum exclusive and reversed', (x) => tf.cumsum(x, 0, true, true)),
  one('topk', (x) => Object.values(tf.topk(x, 2)) as Tensor[], integer([3, 5], 0, 900)),
  one('softmax', (x) => tf.softmax(x)),
  one('softmax of three axes', (x) => tf.softmax(x, -1), float([2, 3, 4])),
  one('logSoftmax', (x) => tf.logSoftmax(x)),
  one('logSumExp', (x) => tf.logSumExp(x, 1)),
  one('norm', (x) => tf.norm(x, 2, 1)),
  one('moments', (x) => Object.values(tf.moments(x, 0)) as Tensor[]),

  // products
  two('matMul', (a, b) => tf.matMul(a, b), float([3, 4]), float([4, 2])),
  two('matMul transposing a', (a, b) => tf.matMul(a, b, true, false), float([4, 3]), float([4, 2])),
  two('matMul transposing b', (a, b) => tf.matMul(a, b, false, true), float([3, 4]), float([2, 4])),
  two('matMul transposing both', (a, b) => tf.matMul(a, b, true, true), float([4, 3]), float([2, 4])),
  two('batched matMul', (a, b) => tf.matMul(a, b), float([2, 3, 4]), float([2, 4, 2])),
  two('batched matMul transposing a', (a, b) => tf.matMul(a, b, true, false), float([2, 4, 3]), float([2, 4, 2])),
  two('batched matMul transposing b', (a, b) => tf.matMul(a, b, false, true), float([2, 3, 4]), float([2, 2, 4])),
  two('batched matMul transposing both', (a, b) => tf.matMul(a, b, true, true), float([2, 4, 3]), float([2, 2, 4])),
  two('matMul broadcasting the batch', (a, b) => tf.matMul(a, b), float([2, 3, 4]), float([1, 4, 2])),
  two('dot', (a, b) => tf.dot(a, b), float([4]), float([4])),
  two('outerProduct', (a, b) => tf.outerProduct(a as Tensor1D, b as Tensor1D), float([3]), float([4])),
  {
    name: 'fused matMul with bias and activation',
    inputs: [float([3, 4]), float([4, 2]), float([2])],
    compute: (a, b, bias) => tf.fused.matMul({ a: a as Tensor2D, b: b as Tensor2D, bias, activation: 'relu' }),
  },

  // rows by index
  two('gather', (x, ids) => tf.gather(x, ids as Tensor1D), float([5, 3]), integer([6], 0, 5)),
  two('gather by two axes of indices', (x, ids) => tf.gather(x, ids as Tensor1D), float([5, 3]), integer([2, 4], 0, 5)),
  two('gather of columns', (x, ids) => tf.gather(x, ids as Tensor1D, 1), float([2, 5, 2]), integer([3], 0, 5)),
  two(
    'unsortedSegmentSum',
    (x, ids) => tf.unsortedSegmentSum(x, ids as Tensor1D, 4),
    float([6, 3]),
    integer([6], 0, 4),
  ),
  one('oneHot', (ids) => tf.oneHot(ids, 4), integer([5], 0, 4)),
  one('oneHot of two axes', (ids) => tf.oneHot(ids, 3, 2, -1, 'float32'), integer([2, 3], 0, 3)),
  two('gatherND', (x, ids) => tf.gatherND(tf.cast(tf.mul(x, 9), 'int32'), ids), float([4, 3]), integer([5, 2], 0, 3)),
  two('scatterND', (ids, x) => tf.cast(tf.scatterND(ids, x, [6, 2]), 'int32'), integer([4, 1], 0, 6), float([4, 2])),

  // operations of our own
  {
    name: 'layerNorm',
    inputs: [float([5, 8]), float([8], 0.5, 1.5), float([8])],
    compute: (x, gamma, beta) => layerNorm(x, gamma as Tensor1D, beta as Tensor1D, 1e-5),
  },
  {
    name: 'layerNorm of three axes',
    inputs: [float([2, 3, 8]), float([8], 0.5, 1.5), float([8])],
    compute: (x, gamma, beta) => layerNorm(x, gamma as Tensor1D, beta as Tensor1D, 1e-5),
  },
  one('gelu', (x) => gelu(x), float([3, 4], -4, 4)),
  one('quickGelu', (x) => quickGelu(x), float([3, 4], -4, 4)),
  one('l2Normalise', (x) => l2Normalise(x)),
  one('softmaxCrossEntropy', (x) =>
    softmaxCrossEntropy(x as Tensor2D, tf.softmax(tf.cos(tf.reshape(tf.range(0, 12), [3, 4]))) as Tensor2D),
  ),
]

import { widenBrainFloats, widenHalves } from '../half.ts'

/** Types of numbers in weight files, by the names of safetensors, with the bytes of one number. */
export const NUMBER_BYTES = { F64: 8, F32: 4, F16: 2, BF16: 2, I64: 8, I32: 4, I16: 2, I8: 1, U8: 1, BOOL: 1 } as const
export type NumberType = keyof typeof NUMBER_BYTES

/** Types that weights may have; the others belong to buffers that a model does not need. */
const WEIGHT_TYPES: ReadonlySet<string> = new Set(['F64', 'F32', 'F16', 'BF16'])

export const isNumberType = (name: string): name is NumberType => Object.hasOwn(NUMBER_BYTES, name)
export const isWeightType = (type: string): boolean => WEIGHT_TYPES.has(type)

/**
 * Numbers of a weight type as float32; F64 is rounded to the nearest. Takes over the memory of `bytes`, which must be
 * all of its buffer; files are little-endian, as is every machine that the product runs on.
 */
export function toFloats({ buffer }: Uint8Array<ArrayBuffer>, type: NumberType): Float32Array<ArrayBuffer> {
  switch (type) {
    case 'F32':
      return new Float32Array(buffer)
    case 'F16':
      return widenHalves(new Uint16Array(buffer))
    case 'BF16':
      return widenBrainFloats(new Uint16Array(buffer))
    case 'F64':
      return new Float32Array(new Float64Array(buffer))
    default:
      throw new TypeError(`${type} is no type of weights`)
  }
}

/** Position of the first value that is NaN or infinite, or -1. */
export function firstNotFinite(values: Float32Array): number {
  // The sum of the differences of finite numbers with themselves is 0; it is NaN as soon as one is not finite.
  for (let start = 0; start < values.length; start += 65_536) {
    const end = Math.min(values.length, start + 65_536)
    let sum = 0
    for (let i = start; i < end; i++) sum += values[i]! - values[i]!
    if (sum === 0) continue
    for (let i = start; i < end; i++) if (!Number.isFinite(values[i])) return i
  }
  return -1
}

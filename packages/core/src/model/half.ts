const float = new Float32Array(1)
const bits = new Uint32Array(float.buffer)

/** Nearest IEEE half of a number, ties to even; numbers beyond 65504 become infinite. */
export function toHalf(value: number): number {
  float[0] = value
  const x = bits[0]!
  const sign = (x >>> 16) & 0x8000
  const magnitude = x & 0x7fffffff
  if (magnitude > 0x7f800000) return sign | 0x7e00 // not a number
  if (magnitude >= 0x477ff000) return sign | 0x7c00 // rounds beyond the largest half
  if (magnitude < 0x38800000) {
    // Below 2^-14 halves are multiples of 2^-24: adding 0.5 leaves exactly those bits, rounded by the hardware.
    float[0] = Math.abs(value) + 0.5
    return sign | (bits[0]! - 0x3f000000)
  }
  const odd = (magnitude >>> 13) & 1
  return sign | ((magnitude - 0x38000000 + 0xfff + odd) >>> 13)
}

/** The number that 16 bits of an IEEE half stand for. */
export function fromHalf(half: number): number {
  const sign = half & 0x8000 ? -1 : 1
  const exponent = (half >>> 10) & 0x1f
  const fraction = half & 0x3ff
  if (exponent === 0x1f) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN
  if (exponent === 0) return sign * fraction * 2 ** -24
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15)
}

let table: Float32Array | null = null

/** All halves widened; exact. Looks each up in a table of the 65,536 halves. */
export function widenHalves(halves: Uint16Array): Float32Array<ArrayBuffer> {
  table ??= Float32Array.from({ length: 65_536 }, (_, half) => fromHalf(half))
  const values = new Float32Array(halves.length)
  for (let i = 0; i < halves.length; i++) values[i] = table[halves[i]!]!
  return values
}

/** All bfloat16 numbers widened; exact: they are the upper 16 bits of a float32. */
export function widenBrainFloats(shorts: Uint16Array): Float32Array<ArrayBuffer> {
  const words = new Uint32Array(shorts.length)
  for (let i = 0; i < shorts.length; i++) words[i] = shorts[i]! << 16
  return new Float32Array(words.buffer)
}

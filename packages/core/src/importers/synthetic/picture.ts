import sharp from 'sharp'
import { Random } from '../../contracts/index.ts'
import { dot, orthonormal, VECTOR } from './topology.ts'

/** Side of a picture in pixels. */
const SIDE = 16
const VALUES = SIDE * SIDE * 3
/** Grey levels of a pixel (root mean square) for a vector of length 1; vectors of length 2 still hardly clip. */
const GAIN = 20
const MIDDLE = 127.5

let patterns: Float64Array[] | null = null

/** One pattern of pixels for each component of a vector; the same in every world. */
function projection(): Float64Array[] {
  patterns ??= orthonormal(VECTOR, VALUES, new Random('synthetic projection'))
  return patterns
}

/** The picture of a vector as PNG bytes. Rounding to grey levels changes a component by about 0.0005. */
export function pictureOf(vector: Float64Array): Promise<Uint8Array> {
  const sum = new Float64Array(VALUES)
  const scale = GAIN * Math.sqrt(VALUES)
  for (const [i, pattern] of projection().entries()) {
    const weight = vector[i]! * scale
    for (let pixel = 0; pixel < VALUES; pixel++) sum[pixel]! += weight * pattern[pixel]!
  }
  const pixels = Uint8ClampedArray.from(sum, (value) => MIDDLE + value) // rounds and clips
  return sharp(pixels, { raw: { width: SIDE, height: SIDE, channels: 3 } })
    .png({ compressionLevel: 1 })
    .toBuffer()
}

/** The vector that a picture was made of, up to rounding. */
export async function vectorOf(picture: Uint8Array): Promise<Float64Array> {
  const pixels = await sharp(picture).removeAlpha().raw().toBuffer()
  const values = Float64Array.from(pixels, (value) => value - MIDDLE)
  const scale = GAIN * Math.sqrt(VALUES)
  return Float64Array.from(projection(), (pattern) => dot(values, pattern) / scale)
}

import sharp from 'sharp'
import { AnamnesisError } from '../contracts/index.ts'

const WIDTH = 9
const HEIGHT = 8
/** Of this few brighter (or darker) neighbours the picture is nearly flat, and its hash says nothing. */
const LEAST_BITS = 6

/**
 * Difference hash of an image: 64 bits, each telling whether a pixel of the picture at 9 x 8 is darker than its right
 * neighbour. Pictures that were scaled, recompressed or made a little brighter differ in few bits.
 * @param image JPEG or PNG bytes @returns null for a nearly flat picture @throws CORRUPT_IMAGE
 */
export async function differenceHash(image: Uint8Array): Promise<bigint | null> {
  const pixels = await sharp(image)
    .flatten()
    .greyscale()
    .resize(WIDTH, HEIGHT, { fit: 'fill' })
    .raw()
    .toBuffer()
    .catch((cause: unknown) => {
      throw new AnamnesisError('CORRUPT_IMAGE', 'The image cannot be decoded.', { cause })
    })
  let hash = 0n
  for (let y = 0; y < HEIGHT; y++) {
    for (let x = 0; x + 1 < WIDTH; x++) {
      hash = (hash << 1n) | (pixels[y * WIDTH + x]! < pixels[y * WIDTH + x + 1]! ? 1n : 0n)
    }
  }
  const bits = ones(hash)
  return bits < LEAST_BITS || bits > 64 - LEAST_BITS ? null : hash
}

/** Number of bits in which two hashes differ, 0 to 64; 64 where one picture has none. */
export function hashDistance(a: bigint | null, b: bigint | null): number {
  return a === null || b === null ? 64 : ones(a ^ b)
}

function ones(bits: bigint): number {
  let count = 0
  for (let left = bits; left !== 0n; left &= left - 1n) count++
  return count
}

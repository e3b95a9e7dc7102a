// Runs in worker threads too, where Node.js reads it as it is: types are all that may be erased.
import type { Random } from '../../contracts/index.ts'

export interface Augmentation {
  /** Mirror left and right at random. Off by default: the side of a finding matters in medicine. */
  flip: boolean
  /** Largest shift, as a share of the image's side. */
  shift: number
  /** Largest zoom in either direction: 0.1 cuts or adds up to a tenth. */
  zoom: number
  /** Largest change of brightness, as a share of the whole range. */
  brightness: number
  /** Largest change of contrast around middle grey: 0.1 is a factor 0.9 to 1.1. */
  contrast: number
}

export const gentleAugmentation: Augmentation = { flip: false, shift: 0.06, zoom: 0.1, brightness: 0.1, contrast: 0.15 }

/**
 * A changed copy of decoded images; every image gets its own shift, zoom, brightness and contrast. What lies outside
 * repeats the border. The number of draws per image is fixed, so a saved `random` goes on exactly.
 * @param pixels [n, size, size, 3], 0..255
 */
export function augmentPixels(
  pixels: Uint8Array,
  size: number,
  random: Random,
  options: Augmentation = gentleAugmentation,
): Uint8Array {
  const perImage = size * size * 3
  const result = new Uint8Array(pixels.length)
  for (let start = 0; start < pixels.length; start += perImage) {
    const scale = 1 + random.uniform(-options.zoom, options.zoom)
    const shiftX = random.uniform(-options.shift, options.shift) * size
    const shiftY = random.uniform(-options.shift, options.shift) * size
    const mirrored = random.uniform() < 0.5 && options.flip
    const brightness = random.uniform(-options.brightness, options.brightness) * 255
    const contrast = 1 + random.uniform(-options.contrast, options.contrast)
    const tone = Uint8ClampedArray.from({ length: 256 }, (_, value) => (value - 127.5) * contrast + 127.5 + brightness)
    const columns = samples(size, scale, shiftX, mirrored)
    const rows = samples(size, scale, shiftY, false)
    let at = start
    for (let y = 0; y < size; y++) {
      const above = start + rows.low[y]! * size * 3
      const below = start + rows.high[y]! * size * 3
      const down = rows.weight[y]!
      for (let x = 0; x < size; x++) {
        const left = columns.low[x]! * 3
        const right = columns.high[x]! * 3
        const across = columns.weight[x]!
        for (let channel = 0; channel < 3; channel++) {
          const a = pixels[above + left + channel]!
          const b = pixels[below + left + channel]!
          const top = a + (pixels[above + right + channel]! - a) * across
          const bottom = b + (pixels[below + right + channel]! - b) * across
          result[at++] = tone[Math.round(top + (bottom - top) * down)]!
        }
      }
    }
  }
  return result
}

/** For every target position the two source positions around it and the weight of the second (linear interpolation). */
function samples(size: number, scale: number, shift: number, mirrored: boolean) {
  const low = new Int32Array(size)
  const high = new Int32Array(size)
  const weight = new Float32Array(size)
  const centre = (size - 1) / 2
  for (let i = 0; i < size; i++) {
    const target = mirrored ? size - 1 - i : i
    const source = Math.min(size - 1, Math.max(0, centre + (target - centre) * scale + shift))
    low[i] = Math.floor(source)
    high[i] = Math.min(size - 1, low[i]! + 1)
    weight[i] = source - low[i]!
  }
  return { low, high, weight }
}

import { type Tensor4D, tf } from '../../backend/index.ts'
import { AnamnesisError, type ModelConfig, type Random } from '../../contracts/index.ts'
import { type Augmentation, gentleAugmentation } from './augment.ts'
import { type FailedImage, prepareImages } from './jobs.ts'
import { pixelPool } from './pool.ts'
import type { ImageTarget } from './prepare.ts'

const CHANNELS = 3
/** Images that libvips works on at a time, on threads of its own. */
const AT_ONCE = 8
/** Fewer images than this are not worth a thread. */
const FEW = 4

/** How a model wants its pictures. */
export function imageTarget({ image, resize }: ModelConfig): ImageTarget {
  return { size: image.size, resize }
}

/**
 * Decodes images and brings them to the size of a model. Kernels that are computed here, not by libvips, run in worker
 * threads.
 * @param images JPEG or PNG bytes
 * @param names what to call an image in an error; its index when absent
 * @returns [n, size, size, 3], red, green, blue in 0..255; grey images have three equal channels
 * @throws CORRUPT_IMAGE naming the image
 */
export async function decodeImages(
  images: readonly Uint8Array[],
  target: ImageTarget,
  names?: readonly string[],
): Promise<Uint8Array> {
  const result =
    target.resize.kernel === 'lanczos' || images.length < FEW
      ? await prepareImages(images, target, AT_ONCE)
      : await inThreads(images, target)
  if (result instanceof Uint8Array) return result
  throw new AnamnesisError(
    'CORRUPT_IMAGE',
    `Image ${names?.[result.index] ?? `number ${result.index}`} ${result.message}. Replace it or leave it out.`,
  )
}

/** Equal shares for all threads, so that a batch is done even while the training thread is busy. */
async function inThreads(images: readonly Uint8Array[], target: ImageTarget): Promise<Uint8Array | FailedImage> {
  const share = Math.ceil(images.length / pixelPool.size)
  const bytes = target.size * target.size * CHANNELS
  const pixels = new Uint8Array(images.length * bytes)
  const starts = Array.from({ length: Math.ceil(images.length / share) }, (_, i) => i * share)
  const results = await Promise.all(
    starts.map(async (first) => {
      const copies = images.slice(first, first + share).map((image) => new Uint8Array(image))
      const part = await pixelPool.run(
        { kind: 'prepare', images: copies, target },
        copies.map(({ buffer }) => buffer),
      )
      if (part instanceof Uint8Array) pixels.set(part, first * bytes)
      return part instanceof Uint8Array ? null : { ...part, index: first + part.index }
    }),
  )
  return results.find((failed) => failed !== null) ?? pixels
}

/** `augmentPixels` in a worker thread; `random` stays where it is. */
export async function augmentInThread(
  pixels: Uint8Array,
  size: number,
  random: Random,
  options: Augmentation = gentleAugmentation,
): Promise<Uint8Array> {
  const copy = new Uint8Array(pixels)
  const job = { kind: 'augment', pixels: copy, size, random: random.save(), options } as const
  return (await pixelPool.run(job, [copy.buffer])) as Uint8Array
}

/**
 * Normalised pixels of decoded images. The work is done on the host by table: a float tensor goes to the engine once,
 * without a cast and two element-wise passes there.
 * @param pixels [n, size, size, 3] as `decodeImages` gives them
 * @returns [n, size, size, 3], (value / 255 - mean) / std per channel
 */
export function pixelsToTensor(pixels: Uint8Array, config: ModelConfig): Tensor4D {
  const { size } = config.image
  const perImage = size * size * CHANNELS
  if (pixels.length % perImage !== 0) {
    throw new AnamnesisError(
      'BAD_INPUT',
      `${pixels.length} pixel values are no whole number of ${size} x ${size} images.`,
    )
  }
  const [red, green, blue] = [0, 1, 2].map((channel) =>
    Float32Array.from({ length: 256 }, (_, value) => (value / 255 - config.mean[channel]!) / config.std[channel]!),
  ) as [Float32Array, Float32Array, Float32Array]
  const values = new Float32Array(pixels.length)
  for (let i = 0; i < pixels.length; i += CHANNELS) {
    values[i] = red[pixels[i]!]!
    values[i + 1] = green[pixels[i + 1]!]!
    values[i + 2] = blue[pixels[i + 2]!]!
  }
  return tf.tensor4d(values, [pixels.length / perImage, size, size, CHANNELS], 'float32')
}

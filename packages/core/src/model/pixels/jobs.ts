// Runs in worker threads, where Node.js reads it as it is: types are all that may be erased.
import { Random, type RandomState } from '../../contracts/random.ts'
import { type Augmentation, augmentPixels } from './augment.ts'
import { type ImageTarget, prepareImage } from './prepare.ts'

/** Images that one worker works on at a time: while one is scaled, the next is decoded. */
const AT_ONCE = 2

/** Work on pixels that takes too long for the training thread. */
export type PixelJob =
  | { kind: 'prepare'; images: Uint8Array[]; target: ImageTarget }
  | { kind: 'augment'; pixels: Uint8Array; size: number; random: RandomState; options: Augmentation }

/** An image that could not be prepared. */
export interface FailedImage {
  index: number
  /** Goes after the image's name. */
  message: string
}

/** @returns [n, size, size, 3], or the first image that cannot be decoded */
export async function runPixelJob(job: PixelJob): Promise<Uint8Array | FailedImage> {
  if (job.kind === 'augment') return augmentPixels(job.pixels, job.size, Random.restore(job.random), job.options)
  return prepareImages(job.images, job.target, AT_ONCE)
}

/** @param atOnce images in the making at a time */
export async function prepareImages(
  images: readonly Uint8Array[],
  target: ImageTarget,
  atOnce: number,
): Promise<Uint8Array | FailedImage> {
  const bytes = target.size * target.size * 3
  const pixels = new Uint8Array(images.length * bytes)
  let failed: FailedImage | null = null
  let next = 0
  const work = async () => {
    while (next < images.length && failed === null) {
      const index = next++
      try {
        pixels.set(await prepareImage(images[index]!, target), index * bytes)
      } catch (error) {
        failed ??= { index, message: (error as Error).message }
      }
    }
  }
  await Promise.all(Array.from({ length: Math.min(atOnce, images.length) }, work))
  return failed ?? pixels
}

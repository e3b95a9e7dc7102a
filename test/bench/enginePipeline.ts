import { Random } from '@anamnesis/core/contracts'
import { decodeImages, type ImageTarget } from '@anamnesis/core/model'
import sharp from 'sharp'
import { type Measurement, measured } from './bench.ts'

const IMAGES = 64
const SIDE = 512
const REPEATS = 5

/**
 * How many times faster images are decoded (JPEG of 512 x 512 to the model's size, by its kernel) than training takes them.
 * @param imagesPerSecond that the training step takes
 */
export async function measurePipeline(
  metric: string,
  target: ImageTarget,
  imagesPerSecond: number,
): Promise<Measurement> {
  const random = new Random('pipeline bench')
  const images: Uint8Array[] = []
  for (let index = 0; index < IMAGES; index++) {
    const coarse = Uint8Array.from({ length: 32 * 32 * 3 }, () => random.int(256))
    const picture = sharp(coarse, { raw: { width: 32, height: 32, channels: 3 } }).resize(SIDE, SIDE)
    images.push(await picture.jpeg({ quality: 90 }).toBuffer())
  }
  const ratios: number[] = []
  for (let repeat = 0; repeat < REPEATS; repeat++) {
    const started = performance.now()
    await decodeImages(images, target)
    ratios.push((IMAGES * 1000) / (performance.now() - started) / imagesPerSecond)
  }
  return measured(metric, 'ratio', ratios, imagesPerSecond)
}

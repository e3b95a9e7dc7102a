import type { EncodedVectors } from '../contracts/index.ts'

/** The pair of towers as a service: texts or encoded images in, unit vectors of one space out. */
export interface Encoder {
  /** Names the weights: `<model id>@<first 12 hex digits of the weights' digest>`. */
  readonly id: string
  readonly dim: number
  /** @returns [texts.length, dim], unit rows */
  encodeTexts(texts: readonly string[]): Promise<EncodedVectors>
  /** @param images JPEG or PNG bytes @returns [images.length, dim], unit rows @throws CORRUPT_IMAGE */
  encodeImages(images: readonly Uint8Array[]): Promise<EncodedVectors>
}

import { AnamnesisError, type ModelConfig } from '../contracts/index.ts'
import { parseModelConfig } from './configs.ts'

const CLASS_TOKEN = 1

/** A model's config for images of another size, and its weights as they are for that size. */
export interface ResizedModel {
  config: ModelConfig
  /** Values of a parameter at the new size: position embeddings are interpolated, all others are the given ones. */
  values(name: string, values: Float32Array): Float32Array
}

/**
 * The same model for images of another size.
 * @param size in pixels @throws BAD_INPUT when patches do not divide it
 */
export function atImageSize(config: ModelConfig, size: number): ResizedModel {
  const { image } = config
  if (size % image.patch !== 0) {
    throw new AnamnesisError(
      'BAD_INPUT',
      `Image size ${size} must be a multiple of the patch (${image.patch}) of model "${config.id}": ` +
        `take ${Math.max(1, Math.floor(size / image.patch)) * image.patch} or ${Math.ceil(size / image.patch) * image.patch}.`,
      { field: 'image.size' },
    )
  }
  const positions = image.kind === 'clip' ? 'visual.positional_embedding' : 'visual.trunk.pos_embed'
  return {
    config: parseModelConfig({ ...config, image: { ...image, size } }, config.id),
    values: (name, values) =>
      name === positions && size !== image.size
        ? resizePositions(values, image.width, image.size / image.patch, size / image.patch)
        : values,
  }
}

/**
 * Position embeddings of a square grid brought to another grid, bicubic and antialiased as open_clip and timm do it; the
 * class token keeps its own.
 * @param values [1 + from * from, width] @returns [1 + to * to, width]
 */
export function resizePositions(values: Float32Array, width: number, from: number, to: number): Float32Array {
  const head = CLASS_TOKEN * width
  const filter = bicubic(from, to)
  const across = new Float64Array(from * to * width)
  for (let row = 0; row < from; row++) {
    for (const [column, taps] of filter.entries()) {
      for (const { index, weight } of taps) {
        for (let i = 0; i < width; i++) {
          across[(row * to + column) * width + i]! += weight * values[head + (row * from + index) * width + i]!
        }
      }
    }
  }
  const result = new Float32Array(head + to * to * width)
  result.set(values.subarray(0, head))
  const line = to * width
  for (const [row, taps] of filter.entries()) {
    const sum = new Float64Array(line)
    for (const { index, weight } of taps) {
      for (let i = 0; i < line; i++) sum[i]! += weight * across[index * line + i]!
    }
    result.set(sum, head + row * line)
  }
  return result
}

/** For every target position its source positions with their weights, which add up to 1 (pixel centres, cut at the border). */
function bicubic(from: number, to: number): { index: number; weight: number }[][] {
  const scale = Math.max(1, from / to) // a smaller grid averages over all that it covers
  const support = 2 * scale
  return Array.from({ length: to }, (_, target) => {
    const centre = ((target + 0.5) * from) / to
    const first = Math.max(0, Math.trunc(centre - support + 0.5))
    const end = Math.min(from, Math.trunc(centre + support + 0.5))
    const taps = Array.from({ length: end - first }, (_, i) => ({
      index: first + i,
      weight: cubic((first + i - centre + 0.5) / scale),
    }))
    const sum = taps.reduce((total, { weight }) => total + weight, 0)
    return taps.map(({ index, weight }) => ({ index, weight: weight / sum }))
  })
}

/** Keys' cubic with a = -0.5. */
function cubic(at: number): number {
  const x = Math.abs(at)
  if (x < 1) return (1.5 * x - 2.5) * x * x + 1
  if (x < 2) return ((-0.5 * x + 2.5) * x - 4) * x + 2
  return 0
}

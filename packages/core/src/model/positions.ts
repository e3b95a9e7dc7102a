import { AnamnesisError, type ModelConfig } from '../contracts/index.ts'
import { parseModelConfig } from './configs.ts'
import type { TensorToStore } from './safetensors.ts'

const CLASS_TOKEN = 1

/**
 * The same model for images of another size: its config, and its tensors, of which only the position embeddings change
 * (when they are read).
 * @param size in pixels @param tensors by standard name
 * @throws BAD_INPUT when patches do not divide the size
 */
export function atImageSize(
  config: ModelConfig,
  size: number,
  tensors: readonly TensorToStore[],
): { config: ModelConfig; tensors: TensorToStore[] } {
  const { image } = config
  if (size % image.patch !== 0) {
    const below = Math.max(1, Math.floor(size / image.patch)) * image.patch
    throw new AnamnesisError(
      'BAD_INPUT',
      `Image size ${size} must be a multiple of the patch (${image.patch}) of model "${config.id}": take ${below} or ${below + image.patch}.`,
      { field: 'image.size' },
    )
  }
  const [from, to] = [image.size / image.patch, size / image.patch]
  const positions = image.kind === 'clip' ? 'visual.positional_embedding' : 'visual.trunk.pos_embed'
  return {
    config: parseModelConfig({ ...config, image: { ...image, size } }, config.id),
    tensors: tensors.map((tensor) => {
      if (tensor.name !== positions || from === to) return tensor
      const shape = tensor.shape.with(-2, CLASS_TOKEN + to * to)
      const { data: given } = tensor
      const data = async () => {
        const values = typeof given === 'function' ? await given() : given
        return resizePositions(values as Float32Array, image.width, from, to)
      }
      return { ...tensor, type: 'F32', shape, data }
    }),
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

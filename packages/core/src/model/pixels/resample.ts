/** An image in memory, [height, width, channels] in 0..255. */
export interface Raster {
  data: Uint8Array
  width: number
  height: number
  channels: number
}

/** The part of a scaled image that is wanted. */
export interface Window {
  left: number
  top: number
  width: number
  height: number
}

interface Kernel {
  /** Distance from the centre at which it ends, in target pixels. */
  support: number
  weight(distance: number): number
}

const kernels = {
  bilinear: { support: 1, weight: (x: number) => Math.max(0, 1 - Math.abs(x)) },
  /** Keys 1981 with a = -0.5. */
  bicubic: {
    support: 2,
    weight: (signed: number) => {
      const a = -0.5
      const x = Math.abs(signed)
      if (x < 1) return ((a + 2) * x - (a + 3)) * x * x + 1
      return x < 2 ? (((x - 5) * x + 8) * x - 4) * a : 0
    },
  },
} as const satisfies Record<string, Kernel>
export type KernelName = keyof typeof kernels

/** Binary digits after the point of a weight: 8 are the pixel's, 2 are left for sums over 255. */
const PRECISION = 32 - 8 - 2
const HALF = 1 << (PRECISION - 1)

interface Weights {
  /** First source pixel of each target pixel. */
  first: Int32Array
  count: Int32Array
  /** [targets, stride], fixed-point */
  weights: Int32Array
  stride: number
}

/**
 * The `window` of an image scaled to `width` x `height`, as PIL 13's `Image.resize` computes it: the kernel is widened
 * when the image gets smaller (antialiasing), weights are fixed-point, there are two passes, each rounded to 8 bits.
 * Rows are scaled first, unless the image loses more than twice as many rows as columns (before PIL 13 always).
 */
export function resample(source: Raster, width: number, height: number, kernel: KernelName, window: Window): Raster {
  const rows = weightsOf(source.height, height, kernels[kernel], window.top, window.height)
  const columns = weightsOf(source.width, width, kernels[kernel], window.left, window.width)
  const lostRows = source.height - height
  if (lostRows > 0 && lostRows > 2 * (source.width - width)) {
    return alongRows(alongColumns(source, rows, spanOf(columns)), columns, { from: 0, length: window.height })
  }
  return alongColumns(alongRows(source, columns, spanOf(rows)), rows, { from: 0, length: window.width })
}

/** Nearest neighbour of PIL, for images whose values are names of colours. */
export function nearest(source: Raster, width: number, height: number, window: Window): Raster {
  const { channels } = source
  const columns = nearestIndices(source.width, width).subarray(window.left, window.left + window.width)
  const rows = nearestIndices(source.height, height).subarray(window.top, window.top + window.height)
  const data = new Uint8Array(window.width * window.height * channels)
  let to = 0
  for (const row of rows) {
    for (const column of columns) {
      const from = (row * source.width + column) * channels
      for (let channel = 0; channel < channels; channel++) data[to++] = source.data[from + channel]!
    }
  }
  return { data, width: window.width, height: window.height, channels }
}

/** Positions are summed up, as PIL does, which rounds differently from multiplying. */
function nearestIndices(from: number, to: number): Int32Array {
  const step = from / to
  const indices = new Int32Array(to)
  let position = step * 0.5
  for (let i = 0; i < to; i++) {
    indices[i] = Math.min(from - 1, Math.floor(position))
    position += step
  }
  return indices
}

function weightsOf(from: number, to: number, kernel: Kernel, first: number, count: number): Weights {
  const scale = from / to
  const widening = Math.max(scale, 1)
  const support = kernel.support * widening
  const stride = Math.ceil(support) * 2 + 1
  const result: Weights = {
    first: new Int32Array(count),
    count: new Int32Array(count),
    weights: new Int32Array(count * stride),
    stride,
  }
  const exact = new Float64Array(stride)
  for (let i = 0; i < count; i++) {
    const centre = (first + i + 0.5) * scale
    const start = Math.max(0, Math.trunc(centre - support + 0.5))
    const length = Math.min(from, Math.trunc(centre + support + 0.5)) - start
    let sum = 0
    for (let k = 0; k < length; k++) {
      exact[k] = kernel.weight((k + start - centre + 0.5) * (1 / widening))
      sum += exact[k]!
    }
    for (let k = 0; k < length; k++) {
      const share = (sum === 0 ? exact[k]! : exact[k]! / sum) * (1 << PRECISION)
      result.weights[i * stride + k] = Math.trunc(share < 0 ? share - 0.5 : share + 0.5)
    }
    result.first[i] = start
    result.count[i] = length
  }
  return result
}

interface Span {
  from: number
  length: number
}

/** The source pixels that the targets need. The weights then count from the first of them. */
function spanOf(weights: Weights): Span {
  const last = weights.first.length - 1
  const from = weights.first[0]!
  const length = weights.first[last]! + weights.count[last]! - from
  for (let i = 0; i <= last; i++) weights.first[i]! -= from
  return { from, length }
}

/** Scales each row of `rows`. */
function alongRows(source: Raster, columns: Weights, rows: Span): Raster {
  const { channels, data } = source
  const { weights, stride } = columns
  const width = columns.first.length
  const result = new Uint8ClampedArray(width * rows.length * channels)
  const line = source.width * channels
  let to = 0
  for (let row = 0; row < rows.length; row++) {
    const start = (rows.from + row) * line
    for (let x = 0; x < width; x++) {
      const base = x * stride
      const end = base + columns.count[x]!
      let at = start + columns.first[x]! * channels
      if (channels === 3) {
        let red = HALF
        let green = HALF
        let blue = HALF
        for (let k = base; k < end; k++, at += 3) {
          const weight = weights[k]!
          red = (red + data[at]! * weight) | 0
          green = (green + data[at + 1]! * weight) | 0
          blue = (blue + data[at + 2]! * weight) | 0
        }
        result[to] = red >> PRECISION
        result[to + 1] = green >> PRECISION
        result[to + 2] = blue >> PRECISION
      } else {
        for (let channel = 0; channel < channels; channel++) {
          let sum = HALF
          for (let k = base, i = at + channel; k < end; k++, i += channels) sum = (sum + data[i]! * weights[k]!) | 0
          result[to + channel] = sum >> PRECISION
        }
      }
      to += channels
    }
  }
  return { data: new Uint8Array(result.buffer), width, height: rows.length, channels }
}

/** Scales each column of `columns`. */
function alongColumns(source: Raster, rows: Weights, columns: Span): Raster {
  const { channels, data } = source
  const height = rows.first.length
  const line = columns.length * channels
  const result = new Uint8ClampedArray(line * height)
  const sums = new Int32Array(line)
  for (let y = 0; y < height; y++) {
    sums.fill(HALF)
    for (let k = 0; k < rows.count[y]!; k++) {
      const weight = rows.weights[y * rows.stride + k]!
      const at = ((rows.first[y]! + k) * source.width + columns.from) * channels
      for (let i = 0; i < line; i++) sums[i] = (sums[i]! + data[at + i]! * weight) | 0
    }
    for (let i = 0; i < line; i++) result[y * line + i] = sums[i]! >> PRECISION
  }
  return { data: new Uint8Array(result.buffer), width: columns.length, height, channels }
}

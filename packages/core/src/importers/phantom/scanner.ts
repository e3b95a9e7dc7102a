import sharp from 'sharp'
import { Random } from '../../contracts/index.ts'
import { type Canvas, type Pose, SIZE } from './canvas.ts'
import { NoiseTable } from './texture.ts'

type Range = readonly [low: number, high: number]

/** How a place makes its pictures: the tasks come from another place than the figures of the literature. */
export interface Scanner {
  /** Largest turn to either side, radians. */
  rotation: number
  /** Largest shift as a share of half the frame. */
  shift: number
  zoom: Range
  /** How pronounced a finding is; 1 is a text-book case. */
  severity: Range
  exposure: Range
  gamma: Range
  /** Standard deviation of the noise, 1 is white. */
  noise: Range
  /** Times a 3 x 3 blur is applied. */
  blur: Range
  /** Largest change of a colour channel. */
  tint: number
  /** Share of pictures with a scanner artefact or a mark. */
  artefacts: number
}

export const LITERATURE: Scanner = {
  rotation: 0.12,
  shift: 0.06,
  zoom: [0.92, 1.1],
  severity: [0.65, 1.1],
  exposure: [0.88, 1.12],
  gamma: [0.85, 1.2],
  noise: [0.008, 0.04],
  blur: [0, 1.4],
  tint: 0.04,
  artefacts: 0.3,
}

/** The hospital of the tasks: fainter findings, lower contrast, more noise, freer pose. */
export const HOSPITAL: Scanner = {
  rotation: 0.22,
  shift: 0.1,
  zoom: [0.82, 1.06],
  severity: [0.5, 1],
  exposure: [0.72, 0.95],
  gamma: [1.05, 1.5],
  noise: [0.02, 0.055],
  blur: [0.6, 2.2],
  tint: 0.06,
  artefacts: 0.5,
}

const noiseTable = new NoiseTable(new Random('phantom noise'))

export function randomPose(scanner: Scanner, random: Random, canFlip: boolean): Pose {
  return {
    rotation: random.uniform(-scanner.rotation, scanner.rotation),
    zoom: random.uniform(...scanner.zoom),
    x: random.uniform(-scanner.shift, scanner.shift),
    y: random.uniform(-scanner.shift, scanner.shift),
    flip: canFlip && random.uniform() < 0.5,
  }
}

/** Blur, exposure, gamma, tint and noise, then 8-bit pixels: SIZE * SIZE * planes, interleaved. */
export function expose(canvas: Canvas, scanner: Scanner, random: Random): Uint8Array {
  const channels = canvas.planes.length
  const blurs = Math.round(random.uniform(...scanner.blur))
  const exposure = random.uniform(...scanner.exposure)
  const gamma = random.uniform(...scanner.gamma)
  const noise = random.uniform(...scanner.noise)
  const pixels = new Uint8Array(SIZE * SIZE * channels)
  canvas.planes.forEach((plane, channel) => {
    for (let i = 0; i < blurs; i++) blur(plane)
    const gain = exposure * (channels === 1 ? 1 : 1 + random.uniform(-scanner.tint, scanner.tint))
    const table = toneTable(gain, gamma)
    const next = noiseTable.from(random)
    for (let i = 0; i < plane.length; i++) {
      const value = table[Math.min(1023, Math.max(0, Math.round(plane[i]! * 800)))]!
      pixels[i * channels + channel] = Math.min(255, Math.max(0, value + 255 * noise * next()))
    }
  })
  return pixels
}

/** 8-bit level for plane values 0 to 1.28 in steps of 1/800. */
function toneTable(gain: number, gamma: number): Float32Array {
  return Float32Array.from({ length: 1024 }, (_, i) => 255 * Math.min(1, (gain * i) / 800) ** gamma)
}

/** 3 x 3 binomial blur in place. */
function blur(plane: Float32Array): void {
  for (let y = 0; y < SIZE; y++) {
    let left = plane[y * SIZE]!
    for (let x = 0; x < SIZE; x++) {
      const at = y * SIZE + x
      const here = plane[at]!
      plane[at] = 0.25 * left + 0.5 * here + 0.25 * plane[x + 1 < SIZE ? at + 1 : at]!
      left = here
    }
  }
  for (let x = 0; x < SIZE; x++) {
    let above = plane[x]!
    for (let y = 0; y < SIZE; y++) {
      const at = y * SIZE + x
      const here = plane[at]!
      plane[at] = 0.25 * above + 0.5 * here + 0.25 * plane[y + 1 < SIZE ? at + SIZE : at]!
      above = here
    }
  }
}

/** JPEG bytes of exposed pixels. */
export function encode(pixels: Uint8Array, channels: 1 | 3, quality = 88): Promise<Uint8Array> {
  return sharp(pixels, { raw: { width: SIZE, height: SIZE, channels } })
    .jpeg({ quality, chromaSubsampling: '4:4:4' })
    .toBuffer()
}

import type { Random } from '../../contracts/index.ts'

/** Phantom pictures are drawn at this size. */
export const SIZE = 96

/** Grey level or red, green, blue, each in [0, 1]. */
export type Colour = number | readonly [number, number, number]

/** A soft region in object coordinates: x to the right and y down, the frame reaches from -1 to 1. */
export interface Shape {
  /** x0, y0, x1, y1: outside of it `cover` is 0. */
  bounds: readonly [number, number, number, number]
  /** How much of the point belongs to the region, in [0, 1]. */
  cover(x: number, y: number): number
}

/** How the object lies in the frame. */
export interface Pose {
  /** Radians, clockwise. */
  rotation: number
  zoom: number
  x: number
  y: number
  /** Mirrors left and right. */
  flip: boolean
}

export const UPRIGHT: Pose = { rotation: 0, zoom: 1, x: 0, y: 0, flip: false }

/** A picture of SIZE x SIZE as one plane (grey) or three (colour), values around [0, 1] until it is finished. */
export class Canvas {
  readonly planes: Float32Array[]
  private pose: Pose = UPRIGHT
  private cos = 1
  private sin = 0

  constructor(channels: 1 | 3, background: Colour) {
    this.planes = Array.from({ length: channels }, (_, channel) =>
      new Float32Array(SIZE * SIZE).fill(part(background, channel)),
    )
  }

  setPose(pose: Pose): void {
    this.pose = pose
    this.cos = Math.cos(pose.rotation)
    this.sin = Math.sin(pose.rotation)
  }

  /** Calls `visit` for each pixel that the shape touches, with the object coordinates of its centre. */
  each(shape: Shape, visit: (index: number, cover: number, x: number, y: number) => void): void {
    const { zoom, x: dx, y: dy, flip } = this.pose
    const mirror = flip ? -1 : 1
    const [x0, y0, x1, y1] = shape.bounds
    let left = SIZE
    let right = 0
    let top = SIZE
    let bottom = 0
    for (const cx of [x0, x1]) {
      for (const cy of [y0, y1]) {
        const px = (1 + dx + zoom * mirror * (this.cos * cx - this.sin * cy)) * (SIZE / 2)
        const py = (1 + dy + zoom * (this.sin * cx + this.cos * cy)) * (SIZE / 2)
        left = Math.min(left, px)
        right = Math.max(right, px)
        top = Math.min(top, py)
        bottom = Math.max(bottom, py)
      }
    }
    const fromX = Math.max(0, Math.floor(left))
    const toX = Math.min(SIZE - 1, Math.ceil(right))
    const fromY = Math.max(0, Math.floor(top))
    const toY = Math.min(SIZE - 1, Math.ceil(bottom))
    for (let py = fromY; py <= toY; py++) {
      const v = ((py + 0.5) / (SIZE / 2) - 1 - dy) / zoom
      for (let px = fromX; px <= toX; px++) {
        const u = (mirror * ((px + 0.5) / (SIZE / 2) - 1 - dx)) / zoom
        const x = this.cos * u + this.sin * v
        const y = this.cos * v - this.sin * u
        const cover = shape.cover(x, y)
        if (cover > 0) visit(py * SIZE + px, cover, x, y)
      }
    }
  }

  /** Lays a colour over the region. */
  mix(shape: Shape, colour: Colour, alpha = 1): void {
    const [first, second, third] = this.planes
    const [r, g, b] = [part(colour, 0), part(colour, 1), part(colour, 2)]
    this.each(shape, (index, cover) => {
      const share = cover * alpha
      first![index]! += (r - first![index]!) * share
      if (!second || !third) return
      second[index]! += (g - second[index]!) * share
      third[index]! += (b - third[index]!) * share
    })
  }

  /** Adds light (or takes it away) in the region. */
  add(shape: Shape, colour: Colour): void {
    this.each(shape, (index, cover) => {
      for (let channel = 0; channel < this.planes.length; channel++) {
        this.planes[channel]![index]! += part(colour, channel) * cover
      }
    })
  }

  /** Adds the same amount to all planes, point by point. */
  shade(shape: Shape, amount: (x: number, y: number) => number): void {
    this.each(shape, (index, cover, x, y) => {
      const value = amount(x, y) * cover
      for (const plane of this.planes) plane[index]! += value
    })
  }

  /** Multiplies all planes, point by point. */
  multiply(shape: Shape, factor: (x: number, y: number) => number): void {
    this.each(shape, (index, cover, x, y) => {
      const value = 1 + (factor(x, y) - 1) * cover
      for (const plane of this.planes) plane[index]! *= value
    })
  }
}

function part(colour: Colour, channel: number): number {
  return typeof colour === 'number' ? colour : colour[channel]!
}

/** Everything. */
export const FRAME: Shape = { bounds: [-4, -4, 4, 4], cover: () => 1 }

function smooth(t: number): number {
  return t <= 0 ? 0 : t >= 1 ? 1 : t * t * (3 - 2 * t)
}

/** @param angle radians @param soft width of the edge as a share of the radius */
export function ellipse(cx: number, cy: number, rx: number, ry: number, angle = 0, soft = 0.12): Shape {
  const cos = Math.cos(angle)
  const sin = Math.sin(angle)
  const grown = 1 + soft
  const reachX = Math.hypot(rx * cos, ry * sin) * grown
  const reachY = Math.hypot(rx * sin, ry * cos) * grown
  return {
    bounds: [cx - reachX, cy - reachY, cx + reachX, cy + reachY],
    cover(x, y) {
      const u = (cos * (x - cx) + sin * (y - cy)) / rx
      const v = (cos * (y - cy) - sin * (x - cx)) / ry
      if (u * u + v * v >= grown * grown) return 0
      return smooth((grown - Math.sqrt(u * u + v * v)) / (2 * soft))
    },
  }
}

/** A round region with an irregular outline. @param raggedness 0 gives a circle, 0.5 deep bays */
export function ragged(
  random: Random,
  cx: number,
  cy: number,
  radius: number,
  raggedness: number,
  soft = 0.15,
  stretch = 1,
): Shape {
  const waves = Array.from({ length: 5 }, (_, k) => ({
    n: k + 2,
    size: (raggedness * random.uniform(0.3, 1)) / (k + 2) ** 0.7,
    phase: random.uniform(0, 2 * Math.PI),
  }))
  const waviness = waves.reduce((sum, { size }) => sum + size, 0)
  const most = 1 + waviness + soft
  const least = 1 - waviness - soft
  const reach = radius * most * Math.max(1, stretch)
  return {
    bounds: [cx - reach, cy - reach, cx + reach, cy + reach],
    cover(x, y) {
      const u = (x - cx) / stretch
      const v = y - cy
      const distance = Math.sqrt(u * u + v * v) / radius
      if (distance > most) return 0
      if (distance < least) return 1
      const angle = Math.atan2(v, u)
      let edge = 1
      for (const { n, size, phase } of waves) edge += size * Math.sin(n * angle + phase)
      return smooth((edge + soft - distance) / (2 * soft))
    },
  }
}

export type Point = readonly [number, number]

/** A soft line through points. */
export function stroke(points: readonly Point[], width: number, soft = 0.5): Shape {
  const reach = width * (1 + soft)
  const xs = points.map(([x]) => x)
  const ys = points.map(([, y]) => y)
  const segments = points.slice(1).map(([toX, toY], i) => {
    const [fromX, fromY] = points[i]!
    const u = toX - fromX
    const v = toY - fromY
    return {
      fromX,
      fromY,
      u,
      v,
      lengthSquared: u * u + v * v || 1,
      low: Math.min(fromY, toY) - reach,
      high: Math.max(fromY, toY) + reach,
    }
  })
  return {
    bounds: [Math.min(...xs) - reach, Math.min(...ys) - reach, Math.max(...xs) + reach, Math.max(...ys) + reach],
    cover(x, y) {
      let best = reach * reach
      for (const { fromX, fromY, u, v, lengthSquared, low, high } of segments) {
        if (y < low || y > high) continue
        const t = Math.min(1, Math.max(0, ((x - fromX) * u + (y - fromY) * v) / lengthSquared))
        const du = x - fromX - t * u
        const dv = y - fromY - t * v
        best = Math.min(best, du * du + dv * dv)
      }
      return smooth((reach - Math.sqrt(best)) / (2 * width * soft))
    },
  }
}

/** Points on a quadratic curve from `a` to `c`, pulled towards `b`. */
export function curve(a: Point, b: Point, c: Point, steps = 6): Point[] {
  return Array.from({ length: steps + 1 }, (_, i) => {
    const t = i / steps
    const s = 1 - t
    return [s * s * a[0] + 2 * s * t * b[0] + t * t * c[0], s * s * a[1] + 2 * s * t * b[1] + t * t * c[1]] as const
  })
}

/** Points that both regions share. */
export function both(a: Shape, b: Shape): Shape {
  return {
    bounds: [
      Math.max(a.bounds[0], b.bounds[0]),
      Math.max(a.bounds[1], b.bounds[1]),
      Math.min(a.bounds[2], b.bounds[2]),
      Math.min(a.bounds[3], b.bounds[3]),
    ],
    cover(x, y) {
      const first = a.cover(x, y)
      return first === 0 ? 0 : first * b.cover(x, y)
    },
  }
}

/** Points of `a` outside `b`. */
export function without(a: Shape, b: Shape): Shape {
  return {
    bounds: a.bounds,
    cover(x, y) {
      const first = a.cover(x, y)
      return first === 0 ? 0 : first * (1 - b.cover(x, y))
    },
  }
}

/** Points below a line `y = edge(x)`. */
export function below(edge: (x: number) => number, soft = 0.03): Shape {
  return { bounds: [-4, -4, 4, 4], cover: (x, y) => smooth((y - edge(x)) / (2 * soft) + 0.5) }
}

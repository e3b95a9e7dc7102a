import { Random } from '../../contracts/index.ts'
import { syntheticDomains } from './domains.ts'

/** Length of the vectors that pictures are made of. */
export const VECTOR = 32

/**
 * How domains and classes lie. `clustered` is what medical pictures are like: domains far apart, classes close together
 * inside them. `mesh` is the control, like natural pictures: domains close together, classes wide apart and noisy.
 */
export const TOPOLOGIES = ['clustered', 'mesh'] as const
export type Topology = (typeof TOPOLOGIES)[number]

interface Shape {
  /** Angle between any two domain centres in degrees: the smallest one, or the same for all pairs. */
  angle: { atLeast: number } | { exactly: number }
  /** Distance of a class centre from its domain's centre. */
  radius: readonly [number, number]
  /** Standard deviation of each component of a sample around its class centre. */
  noise: number
}

const SHAPES: Record<Topology, Shape> = {
  clustered: { angle: { atLeast: 60 }, radius: [0.15, 0.35], noise: 0.08 },
  mesh: { angle: { exactly: 20 }, radius: [0.8, 0.8], noise: 0.3 },
}

/** Where everything lies in one synthetic world. */
export interface World {
  /** Unit vector of each domain id. */
  domains: ReadonlyMap<string, Float64Array>
  /** Centre of class "domain id/finding id". */
  classes: ReadonlyMap<string, Float64Array>
  noise: number
}

/** Centres of all domains and classes; equal seeds give equal worlds. */
export function makeWorld(topology: Topology, seed: number): World {
  const { angle, radius, noise } = SHAPES[topology]
  const random = new Random(`${seed}/synthetic world ${topology}`)
  const count = syntheticDomains.length
  const centres = 'atLeast' in angle ? spread(count, angle.atLeast, random) : bundled(count, angle.exactly, random)
  const domains = new Map<string, Float64Array>()
  const classes = new Map<string, Float64Array>()
  for (const [i, domain] of syntheticDomains.entries()) {
    const centre = centres[i]!
    domains.set(domain.id, centre)
    for (const { id } of domain.findings) {
      const direction = unitVector(random)
      const length = random.uniform(...radius)
      classes.set(
        `${domain.id}/${id}`,
        centre.map((value, j) => value + length * direction[j]!),
      )
    }
  }
  return { domains, classes, noise }
}

/** One sample of a class: its centre plus noise. */
export function sampleVector(world: World, domainId: string, findingId: string, random: Random): Float64Array {
  return world.classes.get(`${domainId}/${findingId}`)!.map((value) => random.normal(value, world.noise))
}

export function dot(a: Float64Array, b: Float64Array): number {
  return a.reduce((sum, value, i) => sum + value * b[i]!, 0)
}

function unitVector(random: Random): Float64Array {
  return unit(Float64Array.from({ length: VECTOR }, () => random.normal()))
}

function unit(vector: Float64Array): Float64Array {
  const norm = Math.sqrt(dot(vector, vector))
  return vector.map((value) => value / norm)
}

/** Random directions, drawn again until none is nearer than the angle to those before. */
function spread(count: number, degrees: number, random: Random): Float64Array[] {
  const nearest = Math.cos((degrees * Math.PI) / 180)
  const found: Float64Array[] = []
  while (found.length < count) {
    const next = unitVector(random)
    if (found.every((other) => dot(next, other) <= nearest)) found.push(next)
  }
  return found
}

/** Directions around a common one, each pair at the same angle: orthonormal offsets of equal length. */
function bundled(count: number, degrees: number, random: Random): Float64Array[] {
  const [common, ...offsets] = orthonormal(count + 1, VECTOR, random)
  const share = Math.sqrt(Math.cos((degrees * Math.PI) / 180))
  const rest = Math.sqrt(1 - share * share)
  return offsets.map((offset) => offset.map((value, i) => share * common![i]! + rest * value))
}

/** `count` random orthonormal vectors of a length (Gram-Schmidt on normal draws). */
export function orthonormal(count: number, length: number, random: Random): Float64Array[] {
  const basis: Float64Array[] = []
  while (basis.length < count) {
    const next = Float64Array.from({ length }, () => random.normal())
    for (const other of basis) {
      const along = dot(next, other)
      for (let i = 0; i < length; i++) next[i]! -= along * other[i]!
    }
    basis.push(unit(next))
  }
  return basis
}

import type { Random } from '../../contracts/index.ts'

const GRID = 32
const NORMALS = 1 << 14

/** Smooth random texture: one value a lattice point, blended between them; the same for the same random state. */
export class Texture {
  private readonly grid = new Float32Array(GRID * GRID)

  constructor(random: Random) {
    for (let i = 0; i < this.grid.length; i++) this.grid[i] = random.uniform(-1, 1)
  }

  /** In [-1, 1]. @param frequency lattice points per unit of x and y */
  at(x: number, y: number, frequency: number): number {
    const u = (x + 64) * frequency
    const v = (y + 64) * frequency
    const iu = Math.floor(u)
    const iv = Math.floor(v)
    const fu = u - iu
    const fv = v - iv
    const su = fu * fu * (3 - 2 * fu)
    const sv = fv * fv * (3 - 2 * fv)
    const x0 = iu & (GRID - 1)
    const x1 = (iu + 1) & (GRID - 1)
    const y0 = (iv & (GRID - 1)) * GRID
    const y1 = ((iv + 1) & (GRID - 1)) * GRID
    const top = this.grid[y0 + x0]! * (1 - su) + this.grid[y0 + x1]! * su
    const bottom = this.grid[y1 + x0]! * (1 - su) + this.grid[y1 + x1]! * su
    return top * (1 - sv) + bottom * sv
  }

  /** Sum of octaves, about [-1, 1]. */
  fractal(x: number, y: number, frequency: number, octaves = 3): number {
    let sum = 0
    let size = 0.55
    for (let octave = 0; octave < octaves; octave++) {
      sum += size * this.at(x + octave * 3.7, y - octave * 5.1, frequency * 2 ** octave)
      size *= 0.55
    }
    return sum
  }
}

/** Standard normal numbers read from a table at a random place: per-pixel noise without a logarithm per pixel. */
export class NoiseTable {
  private readonly table = new Float32Array(NORMALS)

  constructor(random: Random) {
    for (let i = 0; i < NORMALS; i++) this.table[i] = random.normal()
  }

  /** @returns a function that gives the next number; starts anywhere and strides by an odd number */
  from(random: Random): () => number {
    let at = random.int(NORMALS)
    const stride = 1 + 2 * random.int(NORMALS / 2)
    return () => {
      at = (at + stride) & (NORMALS - 1)
      return this.table[at]!
    }
  }
}

/** Seeded random numbers whose state can be saved and restored exactly (sfc32, public domain, by Chris Doty-Humphrey). */
export class Random {
  private state: Uint32Array
  private spare: number | null = null

  /** @param seed any integer or string; equal seeds give equal sequences on every machine */
  constructor(seed: number | string) {
    this.state = new Uint32Array(4)
    let hash = 2166136261
    for (const char of String(seed)) hash = Math.imul(hash ^ char.codePointAt(0)!, 16777619)
    this.state.set([hash, 0x9e3779b9, 0x243f6a88, 0xb7e15162])
    for (let i = 0; i < 16; i++) this.uint32()
  }

  uint32(): number {
    const s = this.state
    const t = (s[0]! + s[1]! + s[3]!) >>> 0
    s[3] = s[3]! + 1
    s[0] = s[1]! ^ (s[1]! >>> 9)
    s[1] = s[2]! + (s[2]! << 3)
    s[2] = ((s[2]! << 21) | (s[2]! >>> 11)) + t
    return t
  }

  /** Uniform in [0, 1). */
  uniform(low = 0, high = 1): number {
    return low + (high - low) * (this.uint32() / 4294967296)
  }

  /** Uniform integer in [0, n). */
  int(n: number): number {
    return Math.floor(this.uniform() * n)
  }

  /** Standard normal (Box-Muller). */
  normal(mean = 0, deviation = 1): number {
    if (this.spare !== null) {
      const value = this.spare
      this.spare = null
      return mean + deviation * value
    }
    const radius = Math.sqrt(-2 * Math.log(1 - this.uniform()))
    const angle = 2 * Math.PI * this.uniform()
    this.spare = radius * Math.sin(angle)
    return mean + deviation * radius * Math.cos(angle)
  }

  pick<T>(items: readonly T[]): T {
    if (items.length === 0) throw new RangeError('pick from an empty list')
    return items[this.int(items.length)]!
  }

  /** A shuffled copy (Fisher-Yates). */
  shuffle<T>(items: readonly T[]): T[] {
    const copy = [...items]
    for (let i = copy.length - 1; i > 0; i--) {
      const j = this.int(i + 1)
      ;[copy[i], copy[j]] = [copy[j]!, copy[i]!]
    }
    return copy
  }

  /** An independent generator named by this one's seed position and `name`. */
  fork(name: string): Random {
    return new Random(`${this.uint32()}/${name}`)
  }

  /** The whole state as JSON; `Random.restore` goes on with exactly the same sequence. */
  save(): RandomState {
    return { state: [...this.state], spare: this.spare }
  }

  static restore(saved: RandomState): Random {
    const random = new Random(0)
    random.state.set(saved.state)
    random.spare = saved.spare
    return random
  }
}

export interface RandomState {
  state: number[]
  spare: number | null
}

import { decodeImages, type ImageTarget } from '../model/index.ts'

/** Bytes that all sources of a run together may keep decoded. */
export class PixelBudget {
  constructor(private left: number) {}

  take(bytes: number): boolean {
    if (bytes > this.left) return false
    this.left -= bytes
    return true
  }

  giveBack(bytes: number): void {
    this.left += bytes
  }
}

/** Decoded images by index. What fits the budget is kept after its first use, the rest is decoded again each time. */
export class PixelSource {
  private readonly kept = new Map<number, Uint8Array>()

  /** @param read gives the encoded image and a name for errors */
  constructor(
    private readonly target: ImageTarget,
    private readonly budget: PixelBudget,
    private readonly read: (index: number) => Promise<{ name: string; image: Uint8Array }>,
  ) {}

  /** @returns [indices.length, size, size, 3] @throws CORRUPT_IMAGE naming the image */
  async batch(indices: readonly number[]): Promise<Uint8Array> {
    const bytes = this.target.size ** 2 * 3
    const pixels = new Uint8Array(indices.length * bytes)
    const missing = [...new Set(indices.filter((index) => !this.kept.has(index)))]
    const fresh = new Map<number, Uint8Array>()
    if (missing.length > 0) {
      const encoded = await Promise.all(missing.map((index) => this.read(index)))
      const decoded = await decodeImages(
        encoded.map(({ image }) => image),
        this.target,
        encoded.map(({ name }) => name),
      )
      missing.forEach((index, i) => {
        const image = decoded.slice(i * bytes, (i + 1) * bytes)
        fresh.set(index, image)
        if (!this.kept.has(index) && this.budget.take(bytes)) this.kept.set(index, image)
      })
    }
    indices.forEach((index, i) => {
      pixels.set(fresh.get(index) ?? this.kept.get(index)!, i * bytes)
    })
    return pixels
  }

  /** Forgets what it kept. */
  release(): void {
    this.budget.giveBack(this.kept.size * this.target.size ** 2 * 3)
    this.kept.clear()
  }
}

import { AnamnesisError, type Hit } from '../contracts/index.ts'
import type { VectorStore } from '../stores/index.ts'

/** Bytes of vectors kept for the next question of the same retrieval. */
const CACHE_BYTES = 64 * 1024 * 1024

/** Image vectors by figure id, read from the store once for many questions. */
export class ImageVectors {
  private readonly store: VectorStore
  private readonly kept = new Map<string, Float32Array>()

  constructor(store: VectorStore) {
    this.store = store
  }

  /** In the order of `ids`. */
  async of(ids: readonly string[]): Promise<Float32Array[]> {
    const missing = ids.filter((id) => !this.kept.has(id))
    if (missing.length > 0) {
      const read = await this.store.imageVectors(missing)
      if ((this.kept.size + read.size) * this.store.dim * 4 > CACHE_BYTES) {
        const wanted = new Set(ids)
        for (const id of this.kept.keys()) if (!wanted.has(id)) this.kept.delete(id)
      }
      for (const [id, vector] of read) this.kept.set(id, vector)
    }
    return ids.map((id) => {
      const vector = this.kept.get(id)
      if (vector === undefined) {
        throw new AnamnesisError('MISSING_DATA', `Figure ${id} is in the index without an image vector. Index again.`)
      }
      return vector
    })
  }

  /** True when both figures show the same image: equal vectors. Only for ids that were just read. */
  equal(a: Hit, b: Hit): boolean {
    if (a.visual!.score !== b.visual!.score) return false
    const left = this.kept.get(a.figure.id)
    const right = this.kept.get(b.figure.id)
    return left !== undefined && right !== undefined && left.every((value, i) => Math.abs(value - right[i]!) < 1e-6)
  }
}

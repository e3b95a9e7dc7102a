import type { EncodedVectors } from '@anamnesis/core/contracts'
import type { Encoder } from '@anamnesis/core/embed'

export const BENCH_ENCODER = 'bench@000000000000'

/** Stands for an encoder that is already done: each text has its vector. */
export class FixedEncoder implements Encoder {
  readonly id = BENCH_ENCODER
  readonly dim: number
  private readonly known: ReadonlyMap<string, Float32Array>

  constructor(texts: readonly string[], vectors: readonly Float32Array[]) {
    this.dim = vectors[0]!.length
    this.known = new Map(texts.map((text, i) => [text, vectors[i]!]))
  }

  async encodeTexts(texts: readonly string[]): Promise<EncodedVectors> {
    const data = new Float32Array(texts.length * this.dim)
    for (const [i, text] of texts.entries()) data.set(this.known.get(text)!, i * this.dim)
    return { encoderId: this.id, dim: this.dim, data }
  }

  encodeImages(): Promise<EncodedVectors> {
    return Promise.reject(new Error('this bench encodes no images'))
  }
}

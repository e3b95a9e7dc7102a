import { BytePairs } from './bytePair.ts'
import { encodeRows, type FileOf, type Tokenizer } from './tokenizer.ts'

/** The pieces a text is cut into before merging: contractions, runs of letters, single digits, runs of other signs. */
const PIECES = /'s|'t|'re|'ve|'m|'ll|'d|\p{L}+|\p{N}|[^\s\p{L}\p{N}]+/gu

/** Lower-cased pieces of a text in composed Unicode form. */
export function pieces(text: string): string[] {
  return text.normalize('NFC').toLowerCase().match(PIECES) ?? []
}

/** Lower-cased byte-level byte-pair encoding in the manner of CLIP, with merges of its own: any text has tokens. */
export class BytePairTokenizer implements Tokenizer {
  readonly kind = 'bytePair'
  readonly padToken = 0
  readonly size: number
  readonly startToken: number
  readonly endToken: number
  private readonly pairs: BytePairs

  /** @param merges pairs "left right" in the order they are merged @throws CORRUPT_WEIGHTS */
  constructor(merges: readonly string[], source = 'tokenizer') {
    this.pairs = new BytePairs(merges, source)
    this.size = this.pairs.size
    this.startToken = this.pairs.startToken
    this.endToken = this.pairs.endToken
  }

  encode(texts: readonly string[], context: number): Int32Array {
    return encodeRows(texts, context, this, (text, limit) => this.pairs.encode(pieces(text), limit))
  }

  toFile(): FileOf<'bytePair'> {
    return { kind: 'bytePair', version: 1, merges: [...this.pairs.merges] }
  }
}

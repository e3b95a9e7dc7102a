import { readFileSync } from 'node:fs'
import { brotliDecompressSync } from 'node:zlib'
import { cleanText } from '../text/clean.ts'
import { BytePairs } from './bytePair.ts'
import { encodeRows, type FileOf, type Tokenizer } from './tokenizer.ts'

/**
 * The pieces of a cleaned text, in which the only white space is the space. Apart from a long s, everything is lower
 * case by now. The subscript iota (U+0345) is in no piece: the reference, which ignores case, drops it.
 */
const PIECES =
  /<[sſ]tart_of_text>|<end_of_text>|'[sſ]|'t|'re|'ve|'m|'ll|'d|\p{L}+|\p{N}|(?:(?!\u0345)[^ \p{L}\p{N}])+/gu
/** Pieces that are the start and the end token themselves. */
const SPECIAL = ['<start_of_text>', '<end_of_text>'] as const

/** The merges of OpenAI's CLIP: 48,894 pairs, which make 49,408 tokens. */
let shipped: readonly string[] | null = null
function shippedMerges(): readonly string[] {
  shipped ??= brotliDecompressSync(readFileSync(new URL('./clipMerges.txt.br', import.meta.url)))
    .toString()
    .split('\n')
  return shipped
}

/** The tokenizer of CLIP as open_clip runs it: repaired, unescaped, lower-cased text, then byte-pair encoding. */
export class ClipTokenizer implements Tokenizer {
  readonly kind = 'clip'
  readonly padToken = 0
  readonly size: number
  readonly startToken: number
  readonly endToken: number
  private readonly pairs: BytePairs
  private readonly own: boolean

  /**
   * @param merges pairs "left right" in the order they are merged; null for those of OpenAI's CLIP
   * @throws CORRUPT_WEIGHTS
   */
  constructor(merges: readonly string[] | null = null, source = 'tokenizer') {
    this.pairs = new BytePairs(merges ?? shippedMerges(), source, SPECIAL)
    this.own = merges !== null && !same(merges, shippedMerges())
    this.size = this.pairs.size
    this.startToken = this.pairs.startToken
    this.endToken = this.pairs.endToken
  }

  encode(texts: readonly string[], context: number): Int32Array {
    return encodeRows(texts, context, this, (text, limit) =>
      this.pairs.encode(cleanText(text).toLowerCase().match(PIECES) ?? [], limit),
    )
  }

  /** Pairs "left right" in the order they are merged. */
  get merges(): readonly string[] {
    return this.pairs.merges
  }

  /** Id of every token, in the order of the ids. */
  get vocabulary(): ReadonlyMap<string, number> {
    return this.pairs.vocabulary
  }

  toFile(): FileOf<'clip'> {
    return { kind: 'clip', version: 1, merges: this.own ? [...this.pairs.merges] : null }
  }
}

function same(left: readonly string[], right: readonly string[]): boolean {
  return left.length === right.length && left.every((pair, i) => pair === right[i])
}

import { z } from 'zod'
import { AnamnesisError } from '../contracts/index.ts'
import { byteVocabulary, END_OF_PIECE, mergePair, pieces, symbols } from './bytePair.ts'

const START = '<|startoftext|>'
const END = '<|endoftext|>'
/** Pieces whose tokens are remembered; the memory is emptied when it is full. */
const REMEMBERED = 50_000
/** What comes after the end token; the causal mask hides it. */
const PADDING = 0

const tokenizerFile = z.object({
  format: z.literal('byte-pair'),
  version: z.literal(1),
  /** Pairs in the order they are merged, each "left right". */
  merges: z.array(z.string().regex(/^\S+ \S+$/)).max(200_000),
})
export type TokenizerFile = z.infer<typeof tokenizerFile>

/** Number of tokens without any merge: 256 bytes, 256 bytes at the end of a piece, start and end. */
export const SMALLEST_VOCABULARY = 514

/** Lower-cased byte-level byte-pair encoding in the manner of CLIP: any text has tokens, none is unknown. */
export class Tokenizer {
  /** Number of token ids. The end token is the largest id, the start token the one before it. */
  readonly size: number
  readonly startToken: number
  readonly endToken: number
  private readonly merges: readonly string[]
  private readonly ranks: ReadonlyMap<string, number>
  private readonly ids: ReadonlyMap<string, number>
  private readonly remembered = new Map<string, readonly number[]>()

  /** @param merges pairs "left right" in the order they are merged */
  constructor(merges: readonly string[]) {
    const bytes = byteVocabulary()
    const joined = merges.map((pair) => pair.replace(' ', ''))
    const vocabulary = [...bytes, ...bytes.map((character) => character + END_OF_PIECE), ...joined, START, END]
    this.merges = merges
    this.ranks = new Map(merges.map((pair, rank) => [pair, rank]))
    this.ids = new Map(vocabulary.map((symbol, id) => [symbol, id]))
    this.size = vocabulary.length
    this.startToken = this.size - 2
    this.endToken = this.size - 1
  }

  /**
   * Start token, the text's tokens, end token, padding. A text that is too long is cut; its end token stays.
   * @returns [texts.length * context] token ids, one text after the other
   */
  encode(texts: readonly string[], context: number): Int32Array {
    const rows = new Int32Array(texts.length * context).fill(PADDING)
    texts.forEach((text, row) => {
      const tokens = this.tokens(text, context - 2)
      rows.set([this.startToken, ...tokens, this.endToken], row * context)
    })
    return rows
  }

  toFile(): TokenizerFile {
    return { format: 'byte-pair', version: 1, merges: [...this.merges] }
  }

  /** @param source what the value came from, for the message @throws CORRUPT_WEIGHTS */
  static fromFile(raw: unknown, source: string): Tokenizer {
    const parsed = tokenizerFile.safeParse(raw)
    if (!parsed.success) {
      const issue = parsed.error.issues[0]
      throw new AnamnesisError(
        'CORRUPT_WEIGHTS',
        `${source} is no tokenizer: "${issue?.path.join('.')}" ${issue?.message}. Restore the file.`,
      )
    }
    return new Tokenizer(parsed.data.merges)
  }

  private tokens(text: string, limit: number): number[] {
    const tokens: number[] = []
    for (const piece of pieces(text)) {
      tokens.push(...this.pieceTokens(piece))
      if (tokens.length >= limit) break
    }
    return tokens.slice(0, limit)
  }

  private pieceTokens(piece: string): readonly number[] {
    const known = this.remembered.get(piece)
    if (known) return known
    let list = symbols(piece)
    for (;;) {
      const pair = this.firstPair(list)
      if (pair === null) break
      list = mergePair(list, pair[0], pair[1])
    }
    const tokens = list.map((symbol) => this.ids.get(symbol)!)
    if (this.remembered.size >= REMEMBERED) this.remembered.clear()
    this.remembered.set(piece, tokens)
    return tokens
  }

  /** The adjacent pair that was merged earliest in training. */
  private firstPair(list: readonly string[]): [string, string] | null {
    let best: [string, string] | null = null
    let bestRank = Number.POSITIVE_INFINITY
    for (let i = 0; i + 1 < list.length; i++) {
      const rank = this.ranks.get(`${list[i]} ${list[i + 1]}`)
      if (rank !== undefined && rank < bestRank) {
        bestRank = rank
        best = [list[i]!, list[i + 1]!]
      }
    }
    return best
  }
}

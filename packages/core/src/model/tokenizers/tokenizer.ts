import { z } from 'zod'

/** Longest list of merges or words of a vocabulary file that is read. */
const MOST_ENTRIES = 200_000

const version = z.literal(1)
/** Pairs in the order they are merged, each "left right". */
const merges = z.array(z.string().regex(/^\S+ \S+$/)).max(MOST_ENTRIES)

/** What tokenizer.json of a model folder holds, by kind. */
export const tokenizerFile = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('bytePair'), version, merges }),
  /** `merges` is null for those of OpenAI's CLIP, which the product ships. */
  z.object({ kind: z.literal('clip'), version, merges: merges.nullable() }),
  z.object({
    kind: z.literal('wordPiece'),
    version,
    /** Words and pieces by id. */
    vocabulary: z.array(z.string()).min(1).max(MOST_ENTRIES),
    lowerCase: z.boolean(),
    stripAccents: z.boolean(),
    splitChinese: z.boolean(),
    /** Texts are repaired and unescaped first, as open_clip does before it calls a tokenizer from Hugging Face. */
    clean: z.boolean(),
  }),
])
export type TokenizerFile = z.infer<typeof tokenizerFile>
type TokenizerKind = TokenizerFile['kind']
export type FileOf<K extends TokenizerKind> = Extract<TokenizerFile, { kind: K }>

/** Text to token ids. */
export interface Tokenizer {
  readonly kind: TokenizerKind
  /** Number of token ids. */
  readonly size: number
  readonly startToken: number
  readonly endToken: number
  /** Fills a row after the end token. */
  readonly padToken: number
  /**
   * Start token, the text's tokens, end token, padding. A text that is too long is cut; its end token stays.
   * @returns [texts.length * context] token ids, one text after the other
   */
  encode(texts: readonly string[], context: number): Int32Array
  toFile(): TokenizerFile
}

/** Rows of `context` ids from each text's tokens, of which the first `context - 2` are kept. */
export function encodeRows(
  texts: readonly string[],
  context: number,
  { startToken, endToken, padToken }: Tokenizer,
  tokens: (text: string, limit: number) => readonly number[],
): Int32Array {
  const rows = new Int32Array(texts.length * context).fill(padToken)
  texts.forEach((text, row) => {
    const list = tokens(text, context - 2)
    const first = row * context
    rows[first] = startToken
    for (let i = 0; i < list.length; i++) rows[first + 1 + i] = list[i]!
    rows[first + 1 + list.length] = endToken
  })
  return rows
}

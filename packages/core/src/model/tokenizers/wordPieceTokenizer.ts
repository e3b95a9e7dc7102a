import { AnamnesisError } from '../../contracts/index.ts'
import { cleanText } from '../text/clean.ts'
import newer from './bertClasses.json' with { type: 'json' }
import { encodeRows, type FileOf, type Tokenizer } from './tokenizer.ts'

/** Marks a piece that goes on with a word. */
const CONTINUES = '##'
/** A longer word is unknown as a whole. */
const LONGEST_WORD = 100 // characters
/** Words whose tokens are remembered; the memory is emptied when it is full. */
const REMEMBERED = 50_000

// Character classes of BERT's reference, which knows an older Unicode.
const REMOVED = new RegExp(`(?![\\t\\n\\r${newer.notRemoved}])[\\0\ufffd\\p{Cc}\\p{Cf}\\p{Co}]`, 'gu')
const WHITE_SPACE = /[\t\n\r\p{White_Space}]/gu
const CHINESE =
  /[\u4e00-\u9fff\u3400-\u4dbf\u{20000}-\u{2a6df}\u{2a700}-\u{2b73f}\u{2b740}-\u{2b81f}\u{2b920}-\u{2ceaf}\uf900-\ufaff\u{2f800}-\u{2fa1f}]/gu
const ACCENTS = new RegExp(`(?![${newer.notMarks}])\\p{Mn}`, 'gu')
const PUNCTUATION = `(?![${newer.notPunctuation}])[!-/:-@[-\`{-~\\p{P}]`
/** Single punctuation characters, and what stands between them. */
const WORDS = new RegExp(`${PUNCTUATION}|(?:(?!${PUNCTUATION})[^ ])+`, 'gu')

export type WordPieceOptions = Pick<FileOf<'wordPiece'>, 'lowerCase' | 'stripAccents' | 'splitChinese' | 'clean'>

/** As PubMedBERT and other uncased models have them, called by open_clip. */
export const uncased: WordPieceOptions = { lowerCase: true, stripAccents: true, splitChinese: true, clean: true }

/** BERT's tokenizer: words and punctuation, each cut into the longest pieces that the vocabulary knows. */
export class WordPieceTokenizer implements Tokenizer {
  readonly kind = 'wordPiece'
  readonly size: number
  /** [CLS] */
  readonly startToken: number
  /** [SEP] */
  readonly endToken: number
  readonly padToken: number
  private readonly unknown: readonly number[]
  private readonly ids: ReadonlyMap<string, number>
  private readonly special: RegExp
  private readonly longestPiece: number
  private readonly remembered = new Map<string, readonly number[]>()

  /**
   * @param vocabulary words and pieces by id
   * @param source what the vocabulary came from, for the message
   * @throws CORRUPT_WEIGHTS when a special token is missing
   */
  constructor(
    readonly vocabulary: readonly string[],
    readonly options: WordPieceOptions = uncased,
    source = 'tokenizer',
  ) {
    this.ids = new Map(vocabulary.map((piece, id) => [piece, id]))
    this.size = vocabulary.length
    const id = (token: string) => {
      const found = this.ids.get(token)
      if (found !== undefined) return found
      throw new AnamnesisError(
        'CORRUPT_WEIGHTS',
        `${source} has no ${token}: it is no vocabulary of a BERT model. Give the vocab.txt or tokenizer.json of the text model.`,
      )
    }
    this.startToken = id('[CLS]')
    this.endToken = id('[SEP]')
    this.padToken = id('[PAD]')
    this.unknown = [id('[UNK]')]
    const named = ['PAD', 'UNK', 'CLS', 'SEP', 'MASK'].filter((name) => this.ids.has(`[${name}]`))
    this.special = new RegExp(`(\\[(?:${named.join('|')})\\])`)
    this.longestPiece = vocabulary.reduce((longest, piece) => Math.max(longest, piece.length), 0)
  }

  encode(texts: readonly string[], context: number): Int32Array {
    return encodeRows(texts, context, this, (text, limit) => this.tokens(text, limit))
  }

  toFile(): FileOf<'wordPiece'> {
    return { kind: 'wordPiece', version: 1, vocabulary: [...this.vocabulary], ...this.options }
  }

  private tokens(text: string, limit: number): number[] {
    const ids: number[] = []
    // A special token that is written in a text stands for itself.
    for (const [i, part] of (this.options.clean ? cleanText(text) : text).split(this.special).entries()) {
      if (i % 2 === 1) ids.push(this.ids.get(part)!)
      else {
        for (const word of this.normalized(part).match(WORDS) ?? []) {
          for (const id of this.wordTokens(word)) ids.push(id)
          if (ids.length >= limit) break
        }
      }
      if (ids.length >= limit) break
    }
    return ids.slice(0, limit)
  }

  private normalized(text: string): string {
    const { splitChinese, stripAccents, lowerCase } = this.options
    let result = text.replace(REMOVED, '').replace(WHITE_SPACE, ' ')
    if (splitChinese) result = result.replace(CHINESE, ' $& ')
    if (stripAccents) result = result.normalize('NFD').replace(ACCENTS, '')
    return lowerCase ? lowerCased(result) : result
  }

  private wordTokens(word: string): readonly number[] {
    const known = this.remembered.get(word)
    if (known) return known
    const characters = [...word]
    if (characters.length > LONGEST_WORD) return this.unknown
    const tokens = this.longestPieces(characters) ?? this.unknown
    if (this.remembered.size >= REMEMBERED) this.remembered.clear()
    this.remembered.set(word, tokens)
    return tokens
  }

  /** Null when some part of the word begins no piece of the vocabulary. */
  private longestPieces(characters: readonly string[]): number[] | null {
    const tokens: number[] = []
    for (let start = 0; start < characters.length; ) {
      const prefix = start === 0 ? '' : CONTINUES
      let end = Math.min(characters.length, start + this.longestPiece)
      let id: number | undefined
      for (; end > start; end--) {
        id = this.ids.get(prefix + characters.slice(start, end).join(''))
        if (id !== undefined) break
      }
      if (id === undefined) return null
      tokens.push(id)
      start = end
    }
    return tokens
  }
}

/** Each character on its own: a sigma at the end of a word is no special case here. */
function lowerCased(text: string): string {
  const lower = text.toLowerCase()
  return lower.includes('ς') ? Array.from(text, (character) => character.toLowerCase()).join('') : lower
}

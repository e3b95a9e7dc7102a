import { AnamnesisError } from '../../contracts/index.ts'

/** Marks the last symbol of a piece, so that "lung" inside a word and at its end are two tokens. */
const END_OF_PIECE = '</w>'

const START = '<|startoftext|>'
const END = '<|endoftext|>'

/** Number of tokens without any merge: 256 bytes, 256 bytes at the end of a piece, start and end. */
export const SMALLEST_VOCABULARY = 514

/** Pieces whose tokens are remembered; the memory is emptied when it is full. */
const REMEMBERED = 50_000
/** A longer piece (no word of a language) is not worth remembering. */
const LONGEST_REMEMBERED = 64 // bytes
/** Room for the right id in the key of a pair of ids. */
const KEY = 2 ** 21
/** No pair to merge here. */
const NONE = 0x7fffffff

/** One printable character per byte (the table of GPT-2 and CLIP): a vocabulary file then is readable text. */
const BYTE_CHARACTERS: readonly string[] = byteCharacters()

function byteCharacters(): string[] {
  const printable = (byte: number) =>
    (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || (byte >= 0xae && byte <= 0xff)
  let next = 256
  return Array.from({ length: 256 }, (_, byte) => String.fromCodePoint(printable(byte) ? byte : next++))
}

/** The 256 byte characters in the order of CLIP's vocabulary: printable bytes first. */
const BYTE_VOCABULARY: readonly string[] = [
  ...BYTE_CHARACTERS.filter((character) => character.codePointAt(0)! < 256),
  ...BYTE_CHARACTERS.filter((character) => character.codePointAt(0)! >= 256),
]

const PAIR = /^\S+ \S+$/
const encoder = new TextEncoder()

/** The symbols of a piece before any merge: one per UTF-8 byte, the last one marked as the end. */
export function symbols(piece: string): string[] {
  const list = Array.from(encoder.encode(piece), (byte) => BYTE_CHARACTERS[byte]!)
  list[list.length - 1] += END_OF_PIECE
  return list
}

/** Byte-pair encoding by a fixed list of merges. Ids: bytes, bytes at an end, one for each merge, start, end. */
export class BytePairs {
  readonly size: number
  readonly startToken: number
  readonly endToken: number
  /** Id of every symbol, start and end included. */
  readonly vocabulary: ReadonlyMap<string, number>
  /** Rank of a pair of ids: left * KEY + right. */
  private readonly ranks = new Map<number, number>()
  /** Id that the pair of a rank becomes. */
  private readonly merged: Int32Array
  private readonly special: ReadonlyMap<string, readonly number[]> = new Map()
  private readonly remembered = new Map<string, readonly number[]>()

  /**
   * @param merges pairs "left right" in the order they are merged
   * @param source what they came from, for the message
   * @param special pieces that stand for the start and the end token
   * @throws CORRUPT_WEIGHTS naming a merge that is no pair, or joins symbols which do not exist
   */
  constructor(
    readonly merges: readonly string[],
    source: string,
    special?: readonly [start: string, end: string],
  ) {
    const joined = merges.map((pair) => pair.replace(' ', ''))
    const ends = BYTE_VOCABULARY.map((character) => character + END_OF_PIECE)
    const symbolsById = [...BYTE_VOCABULARY, ...ends, ...joined, START, END]
    this.vocabulary = new Map(symbolsById.map((symbol, id) => [symbol, id]))
    this.size = symbolsById.length
    this.startToken = this.size - 2
    this.endToken = this.size - 1
    if (special)
      this.special = new Map([
        [special[0], [this.startToken]],
        [special[1], [this.endToken]],
      ])
    this.merged = new Int32Array(merges.length)
    merges.forEach((pair, rank) => {
      if (!PAIR.test(pair)) {
        throw new AnamnesisError(
          'CORRUPT_WEIGHTS',
          `${source}: merge ${rank + 1}, "${pair}", is no pair of symbols. Restore the file.`,
        )
      }
      const [left, right] = pair.split(' ').map((symbol) => this.vocabulary.get(symbol))
      if (left === undefined || right === undefined) {
        throw new AnamnesisError(
          'CORRUPT_WEIGHTS',
          `${source}: merge ${rank + 1}, "${pair}", joins a symbol that no earlier merge makes. Restore the file.`,
        )
      }
      this.ranks.set(left * KEY + right, rank)
      this.merged[rank] = this.vocabulary.get(joined[rank]!)!
    })
  }

  /** The first `limit` ids of a text's pieces. */
  encode(pieces: readonly string[], limit: number): number[] {
    const ids: number[] = []
    for (const piece of pieces) {
      for (const id of this.tokens(piece)) ids.push(id)
      if (ids.length >= limit) break
    }
    return ids.slice(0, limit)
  }

  /** Ids of a piece: again and again the pair that was merged earliest is joined everywhere. */
  private tokens(piece: string): readonly number[] {
    const known = this.special.get(piece) ?? this.remembered.get(piece)
    if (known) return known
    const tokens = this.merge(Int32Array.from(symbols(piece), (symbol) => this.vocabulary.get(symbol)!))
    if (piece.length <= LONGEST_REMEMBERED) {
      if (this.remembered.size >= REMEMBERED) this.remembered.clear()
      this.remembered.set(piece, tokens)
    }
    return tokens
  }

  private merge(list: Int32Array): number[] {
    let length = list.length
    const ranks = new Int32Array(length).fill(NONE)
    const rank = (i: number) => this.ranks.get(list[i]! * KEY + list[i + 1]!) ?? NONE
    for (let i = 0; i + 1 < length; i++) ranks[i] = rank(i)
    for (;;) {
      let best = NONE
      for (let i = 0; i < length; i++) if (ranks[i]! < best) best = ranks[i]!
      if (best === NONE) return Array.from(list.subarray(0, length))
      // Joins from left to right; only the ranks beside a joined pair change.
      let to = 0
      let stale = false
      for (let from = 0; from < length; from++, to++) {
        const joins = ranks[from] === best
        list[to] = joins ? this.merged[best]! : list[from]!
        if (joins) from++
        if (to > 0 && (joins || stale)) ranks[to - 1] = rank(to - 1)
        ranks[to] = ranks[from]!
        stale = joins
      }
      length = to
      ranks[length - 1] = NONE
    }
  }
}

/** The pieces a text is cut into before merging: contractions, runs of letters, single digits, runs of other signs. */
const PIECES = /'s|'t|'re|'ve|'m|'ll|'d|\p{L}+|\p{N}|[^\s\p{L}\p{N}]+/gu

/** Marks the last symbol of a piece, so that "lung" inside a word and at its end are two tokens. */
export const END_OF_PIECE = '</w>'

/** One printable character per byte (the table of GPT-2 and CLIP): a vocabulary file then is readable text. */
const BYTE_CHARACTERS: readonly string[] = byteCharacters()

function byteCharacters(): string[] {
  const printable = (byte: number) =>
    (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || (byte >= 0xae && byte <= 0xff)
  let next = 256
  return Array.from({ length: 256 }, (_, byte) => String.fromCodePoint(printable(byte) ? byte : next++))
}

/** The 256 byte characters in the order of CLIP's vocabulary: printable bytes first. */
export function byteVocabulary(): string[] {
  const direct = BYTE_CHARACTERS.filter((character) => character.codePointAt(0)! < 256)
  return [...direct, ...BYTE_CHARACTERS.filter((character) => character.codePointAt(0)! >= 256)]
}

/** Lower-cased pieces of a text in composed Unicode form. */
export function pieces(text: string): string[] {
  return text.normalize('NFC').toLowerCase().match(PIECES) ?? []
}

const encoder = new TextEncoder()

/** The symbols of a piece before any merge: one per UTF-8 byte, the last one marked as the end. */
export function symbols(piece: string): string[] {
  const list = Array.from(encoder.encode(piece), (byte) => BYTE_CHARACTERS[byte]!)
  list[list.length - 1] += END_OF_PIECE
  return list
}

/** Joins every occurrence of the pair (left, right), from left to right. */
export function mergePair(list: readonly string[], left: string, right: string): string[] {
  const merged: string[] = []
  for (let i = 0; i < list.length; i++) {
    if (list[i] === left && list[i + 1] === right) {
      merged.push(left + right)
      i++
    } else merged.push(list[i]!)
  }
  return merged
}

import table from './mojibake.json' with { type: 'json' }

/** Sequences that hardly occur in any language but often in text read with the wrong encoding. */
const BAD = new RegExp(table.bad, 'u')
const UTF8_DETECTOR = new RegExp(table.utf8Detector, 'gu')
const ASCII = /^[\0-\x7f]*$/
const C1_CONTROLS = /[\x80-\x9f]/g

/** UTF-8 in which a no-break space (byte A0) has become a space. Bytes are written as characters 0 to 255. */
const SPACE_FOR_A0 = new RegExp(
  '[\xc2\xc3\xc5\xce\xd0\xd9][ ]' +
    '|[\xe2\xe3][ ][\x80-\x84\x86-\x9f\xa1-\xbf]' +
    '|[\xe0-\xe3][\x80-\x84\x86-\x9f\xa1-\xbf][ ]' +
    '|\xf0[ ][\x80-\xbf][\x80-\xbf]' +
    '|\xf0[\x80-\xbf][ ][\x80-\xbf]' +
    '|\xf0[\x80-\xbf][\x80-\xbf][ ]',
  'g',
)
/** "à" as a word of its own, apart from the Portuguese contractions. */
const A_GRAVE_WORD = /\xc3 (?! |quele|quela|quilo|s )/g
/** UTF-8 in which a byte was lost (1A stands for it, or a question mark). */
const LOST_BYTES = new RegExp(
  '[\xc2-\xdf]\x1a' +
    '|[\xc2-\xc3][?]' +
    '|\xed[\xa0-\xaf][\x1a?]\xed[\xb0-\xbf][\x1a?\x80-\xbf]' +
    '|\xed[\xa0-\xaf][\x1a?\x80-\xbf]\xed[\xb0-\xbf][\x1a?]' +
    '|[\xe0-\xef][\x1a?][\x1a\x80-\xbf]' +
    '|[\xe0-\xef][\x1a\x80-\xbf][\x1a?]' +
    '|[\xf0-\xf4][\x1a?][\x1a\x80-\xbf][\x1a\x80-\xbf]' +
    '|[\xf0-\xf4][\x1a\x80-\xbf][\x1a?][\x1a\x80-\xbf]' +
    '|[\xf0-\xf4][\x1a\x80-\xbf][\x1a\x80-\xbf][\x1a?]' +
    '|\x1a',
  'g',
)
const REPLACEMENT_BYTES = '\xef\xbf\xbd'
const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

interface Encoding {
  name: string
  /** Windows code pages, with holes filled by the characters of the same number and 1A for a lost byte. */
  sloppy: boolean
  bytes: ReadonlyMap<string, string>
}

/** In the order they are tried. */
const encodings: readonly Encoding[] = Object.entries(table.encodings).map(([name, high]) => {
  const sloppy = name.startsWith('sloppy')
  const bytes = new Map<string, string>()
  for (let code = 0; code < 0x80; code++) bytes.set(String.fromCharCode(code), String.fromCharCode(code))
  if (sloppy) {
    bytes.delete('\x1a')
    bytes.set('\ufffd', '\x1a')
  }
  ;[...high].forEach((character, i) => {
    bytes.set(character, String.fromCharCode(0x80 + i))
  })
  return { name, sloppy, bytes }
})
const windows1252 = [...table.encodings['sloppy-windows-1252']]
/** Bytes that Windows-1252 gives no character. */
const WINDOWS_HOLES = /[\x81\x8d\x8f\x90\x9d]/
const LATIN1 = /^[\0-\xff]*$/

/**
 * Text that was UTF-8 and was read in another encoding ("Â±" for "±"), put right where that is likely enough: the rules
 * of ftfy, whose tables are used.
 */
export function repairEncoding(text: string): string {
  for (;;) {
    const repaired = repairOnce(text)
    if (repaired === text) return text
    text = repaired
  }
}

/** C1 control characters as the Windows-1252 characters that they were meant to be. */
export function replaceC1Controls(text: string): string {
  return text.replace(C1_CONTROLS, (control) => windows1252[control.charCodeAt(0) - 0x80]!)
}

function repairOnce(text: string): string {
  if (ASCII.test(text) || !BAD.test(text)) return text
  for (const encoding of encodings) {
    const bytes = encode(text, encoding)
    if (bytes === null) continue
    const repaired = decode(bytes, encoding)
    if (repaired !== null) return repaired
  }
  const embedded = text.replace(UTF8_DETECTOR, (part) =>
    part.length < text.length && BAD.test(part) ? repairEncoding(part) : part,
  )
  if (embedded !== text) return embedded
  if (LATIN1.test(text) && !WINDOWS_HOLES.test(text)) {
    const windows = replaceC1Controls(text)
    if (windows !== text) return windows
  }
  return replaceC1Controls(text)
}

/** The bytes that `encoding` reads as this text, as characters 0 to 255; null when there are none. */
function encode(text: string, { bytes }: Encoding): string | null {
  let result = ''
  for (const character of text) {
    const byte = bytes.get(character)
    if (byte === undefined) return null
    result += byte
  }
  return result
}

/** UTF-8 bytes with known damage, decoded; null when they are not UTF-8. */
function decode(bytes: string, { name, sloppy }: Encoding): string | null {
  // In MacRoman a dash and a space would look like a damaged sequence.
  if (name !== 'macroman' && bytes.search(SPACE_FOR_A0) >= 0) {
    bytes = bytes
      .replace(A_GRAVE_WORD, '\xc3\xa0 ')
      .replace(SPACE_FOR_A0, (sequence) => sequence.replaceAll(' ', '\xa0'))
  }
  if (sloppy) bytes = bytes.replace(LOST_BYTES, REPLACEMENT_BYTES)
  try {
    // Java writes U+0000 in two bytes.
    return bytes
      .split('\xc0\x80')
      .map((part) => UTF8.decode(Buffer.from(part, 'latin1')))
      .join('\0')
  } catch {
    return null
  }
}

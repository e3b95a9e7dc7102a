import { unescapeComplete } from './htmlEntities.ts'
import table from './mojibake.json' with { type: 'json' }
import { repairEncoding, replaceC1Controls } from './mojibake.ts'

/** A text of these characters alone needs no repair. */
const PLAIN = /^[\t\n\f -%'-~]*$/
/** Longest stretch that is looked at as a whole. */
const LONGEST_SEGMENT = 1_000_000

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is removed
const CONTROLS = /[\0-\x08\x0b\x0e-\x1f\x7f\u206a-\u206f\ufeff\ufff9-\ufffc]/g
// biome-ignore lint/suspicious/noControlCharactersInRegex: the escape character is one
const TERMINAL_ESCAPES = /\x1b\[[\p{Nd};]*[a-zA-Z]/gu
const LINE_BREAKS = /\r\n|[\r\u2028\u2029\x85]/g
const LONE_SURROGATES = /[\ud800-\udfff]/gu

const ligatures: ReadonlyMap<string, string> = new Map(Object.entries(table.ligatures))
const LIGATURES = new RegExp(`[${[...ligatures.keys()].join('')}]`, 'g')
const WIDE_OR_NARROW = /[\u3000\uff01-\uffef]/g

/**
 * Text with its usual damage put right, line by line, as `fix_text` of ftfy does with its defaults: HTML references
 * (not where the text has a "<"), wrong encodings, ligatures, full and half width, curly quotes, line breaks,
 * terminal escapes, control characters, composition (NFC).
 */
export function repairText(text: string): string {
  if (PLAIN.test(text)) return text
  let html = true
  let result = ''
  for (let start = 0; start < text.length; ) {
    const lineBreak = text.indexOf('\n', start) + 1
    const end = Math.min(lineBreak || text.length, start + LONGEST_SEGMENT)
    const segment = text.slice(start, end)
    if (segment.includes('<')) html = false
    result += repairSegment(segment, html)
    start = end
  }
  return result
}

function repairSegment(text: string, html: boolean): string {
  for (;;) {
    const before = text
    if (html) text = unescapeComplete(text)
    text = replaceC1Controls(repairEncoding(text))
      .replace(LIGATURES, (ligature) => ligatures.get(ligature)!)
      .replace(WIDE_OR_NARROW, (character) => (character === '\u3000' ? ' ' : character.normalize('NFKC')))
      .replace(/[\u201c-\u201f]/g, '"')
      .replace(/[\u02bc\u2018-\u201b]/g, "'")
      .replace(LINE_BREAKS, '\n')
      .replace(LONE_SURROGATES, '\ufffd')
      .replace(TERMINAL_ESCAPES, '')
      .replace(CONTROLS, '')
      .normalize('NFC')
    if (text === before) return text
  }
}

import { unescapeHtml } from './htmlEntities.ts'
import { repairText } from './repair.ts'

/** White space of Python's `str.split`. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: the separators 1C to 1F count as white space there
const WHITE_SPACE = /[\t-\r\x1c- \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+/g

/** A caption as open_clip reads it: repaired, HTML references replaced twice, white space single, none at the ends. */
export function cleanText(text: string): string {
  const plain = unescapeHtml(unescapeHtml(repairText(text)))
  return plain.replace(WHITE_SPACE, ' ').replace(/^ | $/g, '')
}

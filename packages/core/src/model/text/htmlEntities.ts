import table from './htmlEntities.json' with { type: 'json' }

const named: ReadonlyMap<string, string> = new Map(Object.entries(table.named))
/** Names of the HTML standard as they stand in a text after "&": most need their semicolon, the old ones do not. */
const standard: ReadonlyMap<string, string> = new Map([
  ...[...named].map(([name, value]) => [`${name};`, value] as const),
  ...table.open.map((name) => [name, named.get(name)!] as const),
])
const strict: ReadonlyMap<string, string> = new Map([...named, ...Object.entries(table.capitals)])

const REFERENCE = /&(#[0-9]+;?|#[xX][0-9a-fA-F]+;?|[^\t\n\f <&#;]{1,32};?)/gu
const COMPLETE_REFERENCE = /&#?[0-9A-Za-z]{1,24};/g
/** What 0x80 to 0x9f stand for in numeric references: their Windows-1252 characters. */
const WINDOWS =
  '\u20ac\x81\u201a\u0192\u201e\u2026\u2020\u2021\u02c6\u2030\u0160\u2039\u0152\x8d\u017d\x8f' +
  '\x90\u2018\u2019\u201c\u201d\u2022\u2013\u2014\u02dc\u2122\u0161\u203a\u0153\x9d\u017e\u0178'

/** Character references of HTML replaced as the HTML standard says and Python's `html.unescape` does. */
export function unescapeHtml(text: string): string {
  if (!text.includes('&')) return text
  return text.replace(REFERENCE, (whole, reference: string) => {
    if (reference.startsWith('#')) return numeric(reference)
    const value = standard.get(reference)
    if (value !== undefined) return value
    for (let length = reference.length - 1; length > 1; length--) {
      const start = standard.get(reference.slice(0, length))
      if (start !== undefined) return start + reference.slice(length)
    }
    return whole
  })
}

/** The careful kind: only complete references with a semicolon; names in capitals are known as well. */
export function unescapeComplete(text: string): string {
  if (!text.includes('&')) return text
  return text.replace(COMPLETE_REFERENCE, (whole) => {
    const value = strict.get(whole.slice(1, -1))
    if (value !== undefined) return value
    if (!whole.startsWith('&#')) return whole
    const unescaped = unescapeHtml(whole)
    return unescaped.includes(';') ? whole : unescaped
  })
}

/** @param reference "#8217;", "#x2019" */
function numeric(reference: string): string {
  const digits = reference.slice(1).replace(/;$/, '')
  const code = /^[xX]/.test(digits) ? Number.parseInt(digits.slice(1), 16) : Number.parseInt(digits, 10)
  if (code === 0) return '\ufffd'
  if (code >= 0x80 && code <= 0x9f) return WINDOWS[code - 0x80]!
  if ((code >= 0xd800 && code <= 0xdfff) || code > 0x10ffff) return '\ufffd'
  return isForbidden(code) ? '' : String.fromCodePoint(code)
}

/** Control characters and the positions that Unicode keeps free of characters. */
function isForbidden(code: number): boolean {
  if (code < 0x20) return code !== 0x09 && code !== 0x0a && code !== 0x0c && code !== 0x0d
  return code === 0x7f || (code >= 0xfdd0 && code <= 0xfdef) || (code & 0xfffe) === 0xfffe
}

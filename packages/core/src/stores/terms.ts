const WORD = /[\p{L}\p{N}]+/gu

/** The terms of BM25: lower-case runs of letters and digits ("X-ray" -> "x", "ray"). */
export function terms(text: string): string[] {
  return text.normalize('NFKC').toLowerCase().match(WORD) ?? []
}

/** Captions that differ only in case, punctuation or spaces are one caption. */
export function captionKey(caption: string): string {
  return terms(caption).join(' ')
}

/** Elements whose words are not for readers of the running text: formula source, ids, replacement texts. */
export const UNREAD = new Set([
  'tex-math',
  'annotation',
  'annotation-xml',
  'object-id',
  'alt-text',
  'long-desc',
  'comment',
])

/** Elements that stand on a line of their own: their words do not run into the words around them. */
export const BLOCKS = new Set([
  'title',
  'p',
  'sec',
  'list',
  'list-item',
  'def',
  'def-item',
  'break',
  'disp-formula',
  'disp-quote',
  'label',
  'tr',
  'td',
  'th',
])

/** Collects the running text of an element. */
export class RunningText {
  private parts: string[] = []
  private length = 0

  constructor(private readonly limit: number) {}

  add(text: string): void {
    if (this.length >= this.limit) return
    this.parts.push(text)
    this.length += text.length
  }

  /** A gap between blocks. After a title without a stop one is set, so that it stays a sentence of its own. */
  gap(after: string): void {
    if (after === 'title') {
      const last = this.parts.join('').trimEnd()
      if (last !== '' && !/[.?!:;]$/.test(last)) this.parts = [last, '.']
    }
    this.parts.push(' ')
  }

  /** White space made single; cut at the limit with "…". */
  toString(): string {
    const text = this.parts
      .join('')
      .replaceAll(/[\s\u00a0]+/g, ' ')
      .trim()
    return text.length <= this.limit ? text : `${text.slice(0, this.limit - 1)}…`
  }
}

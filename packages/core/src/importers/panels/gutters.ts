/** A picture in grey, one byte a pixel. */
export interface GreyImage {
  pixels: Uint8Array
  width: number
  height: number
}

/** A rectangle of pixels. */
export interface Box {
  left: number
  top: number
  width: number
  height: number
}

/** White and black as scanned and compressed pictures have them. */
const WHITE = 238
const BLACK = 14
/** Share of the pixels of a line that may be something else: dust, rings of the compression. */
const OUTLIERS = 0.004
/** A panel has at least these shares of the picture: of its sides, of its area, and of the area of the largest panel. */
const MIN_SIDE = 0.1
const MIN_AREA = 0.02
const MIN_OF_LARGEST = 1 / 12
/** What is smaller than this share of the area is a letter or a line of words, and no panel. */
const SPECK = 0.012

/**
 * Finds the panels of a figure: cuts it at white or black gutters, rows before columns, again and again within the parts.
 * The least width of a gutter is lowered step by step until the parts are as many as expected; then they must have the size
 * of panels. @returns the boxes in reading order, null when no width gives `expected` panels
 */
export function findPanels(image: GreyImage, expected: number): Box[] | null {
  const side = Math.min(image.width, image.height)
  for (const tone of ['white', 'black'] as const) {
    const lines = new Lines(image, tone)
    const whole = lines.trimmed({ left: 0, top: 0, width: image.width, height: image.height })
    if (!whole) continue
    let before = -1
    for (const width of gutterWidths(side)) {
      const parts: Box[] = []
      cut(lines, whole, width, parts)
      const area = whole.width * whole.height
      const panels = parts.filter((box) => box.width * box.height >= SPECK * area)
      if (panels.length === expected && arePanels(panels, whole)) return panels
      if (panels.length > 4 * expected && panels.length === before) break
      before = panels.length
    }
  }
  return null
}

/** From wide to narrow: an eighth of the shorter side down to two pixels. */
function* gutterWidths(side: number): Generator<number> {
  let last = Number.POSITIVE_INFINITY
  for (let width = side / 8; width >= 1.5; width *= 0.85) {
    const rounded = Math.round(width)
    if (rounded < last) yield rounded
    last = rounded
  }
}

function cut(lines: Lines, box: Box, gutter: number, parts: Box[]): void {
  for (const direction of ['rows', 'columns'] as const) {
    const pieces = lines.pieces(box, direction, gutter)
    if (pieces.length < 2) continue
    for (const piece of pieces) {
      const inner = lines.trimmed(piece)
      if (inner) cut(lines, inner, gutter, parts)
    }
    return
  }
  parts.push(box)
}

function arePanels(panels: readonly Box[], whole: Box): boolean {
  const areas = panels.map(({ width, height }) => width * height)
  const largest = Math.max(...areas)
  return panels.every(
    ({ width, height }, at) =>
      width >= MIN_SIDE * whole.width &&
      height >= MIN_SIDE * whole.height &&
      areas[at]! >= MIN_AREA * whole.width * whole.height &&
      areas[at]! >= MIN_OF_LARGEST * largest,
  )
}

/** Tells for any piece of a row or column whether it is empty, from sums along both directions. */
class Lines {
  private readonly width: number
  private readonly height: number
  /** Sums of non-background pixels: [height + 1, width + 1]. */
  private readonly sums: Uint32Array

  constructor({ pixels, width, height }: GreyImage, tone: 'white' | 'black') {
    this.width = width
    this.height = height
    this.sums = new Uint32Array((width + 1) * (height + 1))
    for (let y = 0; y < height; y++) {
      let row = 0
      for (let x = 0; x < width; x++) {
        const value = pixels[y * width + x]!
        if (tone === 'white' ? value < WHITE : value > BLACK) row++
        this.sums[(y + 1) * (width + 1) + x + 1] = this.sums[y * (width + 1) + x + 1]! + row
      }
    }
  }

  /** Pixels in a box that are not background. */
  private filled(left: number, top: number, width: number, height: number): number {
    const stride = this.width + 1
    const bottom = top + height
    const right = left + width
    return (
      this.sums[bottom * stride + right]! -
      this.sums[top * stride + right]! -
      this.sums[bottom * stride + left]! +
      this.sums[top * stride + left]!
    )
  }

  private isEmpty(box: Box, direction: 'rows' | 'columns', at: number): boolean {
    return direction === 'rows'
      ? this.filled(box.left, at, box.width, 1) <= OUTLIERS * box.width
      : this.filled(at, box.top, 1, box.height) <= OUTLIERS * box.height
  }

  /** The box without the empty margins around it; null when it is all empty. */
  trimmed(box: Box): Box | null {
    const rows = this.pieces(box, 'rows', 1)
    if (rows.length === 0) return null
    const top = rows[0]!.top
    const middle = { ...box, top, height: rows.at(-1)!.top + rows.at(-1)!.height - top }
    const columns = this.pieces(middle, 'columns', 1)
    if (columns.length === 0) return null
    const left = columns[0]!.left
    return { ...middle, left, width: columns.at(-1)!.left + columns.at(-1)!.width - left }
  }

  /** The box cut at every run of at least `gutter` empty lines. */
  pieces(box: Box, direction: 'rows' | 'columns', gutter: number): Box[] {
    const begin = direction === 'rows' ? box.top : box.left
    const end = begin + (direction === 'rows' ? box.height : box.width)
    const pieces: Box[] = []
    let start = -1
    let empty = 0
    const close = (until: number) => {
      pieces.push(
        direction === 'rows'
          ? { ...box, top: start, height: until - start }
          : { ...box, left: start, width: until - start },
      )
    }
    for (let at = begin; at < end; at++) {
      if (this.isEmpty(box, direction, at)) empty++
      else {
        if (start !== -1 && empty >= gutter) {
          close(at - empty)
          start = at
        } else if (start === -1) start = at
        empty = 0
      }
    }
    if (start !== -1) close(end - empty)
    return pieces
  }
}

/** A caption taken apart: what holds for the whole figure, and what each panel shows. */
export interface SplitCaption {
  /** Words before the first panel; empty where there are none. */
  common: string
  /** In the order of their letters; a range ("A-C") gives its words to each of its panels. */
  panels: { label: string; text: string }[]
}

interface Alphabet {
  id: 'upper' | 'lower' | 'number' | 'roman'
  /** One label, as a pattern. */
  label: string
  /** Place in the sequence from 0, -1 when it is none. */
  place(label: string): number
  at(place: number): string
}

interface Marker {
  /** Where the marker begins and ends in the caption. */
  start: number
  end: number
  /** Places in the sequence. */
  places: number[]
}

const ROMAN = ['i', 'ii', 'iii', 'iv', 'v', 'vi', 'vii', 'viii', 'ix', 'x', 'xi', 'xii']
const UPPER = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'
const MAX_PANELS = 26

const letters = (all: string, id: Alphabet['id'], label: string): Alphabet => ({
  id,
  label,
  place: (text) => (text.length === 1 ? all.indexOf(text) : -1),
  at: (place) => all[place] ?? '',
})

const ALPHABETS: readonly Alphabet[] = [
  letters(UPPER, 'upper', '[A-Z]'),
  letters(UPPER.toLowerCase(), 'lower', '[a-z]'),
  {
    id: 'number',
    label: '\\d{1,2}',
    place: (text) => Number(text) - 1,
    at: (place) => String(place + 1),
  },
  { id: 'roman', label: '[ivx]{1,4}', place: (text) => ROMAN.indexOf(text), at: (place) => ROMAN[place] ?? '' },
]

/** Between labels of a list or range. */
const JOIN = String.raw`\s*(?:,\s*and\b|,|and\b|&|\+|to\b|through\b|[-\u2010-\u2015])\s*`
/** Where a marker without brackets may stand: at the beginning, or after the end of a sentence or part of one. */
const BEFORE = String.raw`(?<=^|[.;:!?)]\s{1,3}|[,;]\sand\s)`

/** Ways to set a marker; those without brackets are asked to stand at the beginning of a sentence. */
const STYLES: readonly { id: string; of: (list: string) => string; alphabets: readonly Alphabet['id'][] }[] = [
  {
    id: '(A)',
    of: (list) => String.raw`\(\s*(?:panels?\s+)?(${list})\s*\)[:.,]?`,
    alphabets: ['upper', 'lower', 'number', 'roman'],
  },
  { id: '[A]', of: (list) => String.raw`\[\s*(${list})\s*\][:.,]?`, alphabets: ['upper', 'lower'] },
  {
    id: 'Panel A',
    of: (list) => String.raw`${BEFORE}Panels?\s+(${list})[:.,)]?(?=\s)`,
    alphabets: ['upper', 'lower', 'number'],
  },
  {
    id: 'A)',
    of: (list) => String.raw`${BEFORE}(${list})\)[:.,]?(?=\s)`,
    alphabets: ['upper', 'lower', 'number', 'roman'],
  },
  {
    id: 'A.',
    of: (list) => String.raw`${BEFORE}(${list})[.:](?=\s+["“(]?[A-Z0-9])`,
    alphabets: ['upper', 'lower', 'number'],
  },
  { id: 'a,', of: (list) => String.raw`${BEFORE}(${list}),(?=\s+["“(]?[A-Z])`, alphabets: ['lower'] },
  { id: 'A,', of: (list) => String.raw`${BEFORE}(${list}),(?=\s+\S)`, alphabets: ['upper'] },
  { id: 'A', of: (list) => String.raw`${BEFORE}(${list})(?=\s+["“(]?[A-Z0-9][\w-])`, alphabets: ['lower', 'upper'] },
]

/**
 * Takes a caption apart at its panel markers: "(A)", "(a)", "A.", "A,", "A)", "a Words", "(1)", "(i-iii)", "(A, B)", "Panels A-C".
 * One way of marking is followed through the caption: from the first label on, each next one in turn; what does not fit in
 * turn ("as in (A)") is a reference and stays in the words. The way that begins first is taken, the longer one of two.
 * @returns null when the caption does not speak of two panels or more
 */
export function splitCaption(caption: string): SplitCaption | null {
  let best: { markers: Marker[]; alphabet: Alphabet; count: number } | null = null
  for (const style of STYLES) {
    for (const alphabet of ALPHABETS.filter(({ id }) => style.alphabets.includes(id))) {
      const markers = inTurn(findMarkers(caption, style.of(listOf(alphabet)), alphabet))
      const count = markers.reduce((sum, { places }) => sum + places.length, 0)
      if (count < 2 || count > MAX_PANELS) continue
      const earlier = best === null || markers[0]!.start < best.markers[0]!.start
      const longer = best !== null && markers[0]!.start === best.markers[0]!.start && count > best.count
      if (earlier || longer) best = { markers, alphabet, count }
    }
  }
  return best === null ? null : cutAt(caption, best.markers, best.alphabet)
}

function listOf({ label }: Alphabet): string {
  return `${label}(?:${JOIN}${label})*`
}

function findMarkers(caption: string, pattern: string, alphabet: Alphabet): Marker[] {
  const markers: Marker[] = []
  for (const found of caption.matchAll(new RegExp(pattern, 'g'))) {
    const places = placesOf(found[1]!, alphabet)
    if (places.length > 0) markers.push({ start: found.index, end: found.index + found[0].length, places })
  }
  return markers
}

/** "A, C-E and G" -> [0, 2, 3, 4, 6]; empty when it is no list of labels. */
function placesOf(list: string, alphabet: Alphabet): number[] {
  const parts = list.split(new RegExp(`(${JOIN})`))
  const places: number[] = []
  for (let at = 0; at < parts.length; at += 2) {
    const place = alphabet.place(parts[at]!.trim())
    if (place < 0) return []
    const from = places.at(-1)
    const range = at > 0 && /[-\u2010-\u2015]|to|through/.test(parts[at - 1]!)
    if (range && from !== undefined) for (let between = from + 1; between < place; between++) places.push(between)
    places.push(place)
  }
  return places.length > MAX_PANELS ? [] : places
}

/** The markers that follow each other from the first label on. */
function inTurn(markers: readonly Marker[]): Marker[] {
  const kept: Marker[] = []
  let next = 0
  for (const marker of markers) {
    if (!marker.places.every((place, at) => place === next + at)) continue
    kept.push(marker)
    next += marker.places.length
  }
  return kept
}

function cutAt(caption: string, markers: readonly Marker[], alphabet: Alphabet): SplitCaption | null {
  const first = markers[0]!
  // "Chest radiograph (A) and CT (B) of a patient": the markers stand behind what they name.
  const behind = markers.every(({ start }) => /[\p{L}\p{N})"”%]\s*$/u.test(caption.slice(0, start)))
  const panels: SplitCaption['panels'] = []
  let waiting: number[] = []
  for (const [number, { start, end, places }] of markers.entries()) {
    const text = behind
      ? caption.slice(number === 0 ? 0 : markers[number - 1]!.end, start)
      : caption.slice(end, markers[number + 1]?.start ?? caption.length)
    const clean = trimmed(text)
    waiting.push(...places)
    if (clean === '') continue // "(a) and (b) The rash": the words come with the last of them
    for (const place of waiting) panels.push({ label: alphabet.at(place), text: clean })
    waiting = []
  }
  if (waiting.length > 0) return null
  return { common: behind ? '' : caption.slice(0, first.start).trim(), panels }
}

/** Without the joints that were left at the ends. */
function trimmed(text: string): string {
  return text
    .replace(/^[\s,;:.\u2010-\u2015-]+/, '')
    .replace(/^(and|or)\s+/i, '')
    .replace(/[\s,;:]+(and|or)?\s*$/i, '')
    .trim()
}

/** Ledger of figures, what-if, side by side and leak guard as they are drawn. */

/** "Pneumonia, Fundus (steps 1 to 60)" */
export function guidedWhere(run: { taskNames: readonly string[]; firstStep: number; lastStep: number }): string {
  return `${run.taskNames.join(', ')} (steps ${run.firstStep.toLocaleString('en-US')} to ${run.lastStep.toLocaleString('en-US')})`
}

/** "PMID 100", "3 figures of phantom-literature" */
export function recallSubject(selector: unknown): string {
  const { by, value, corpus } = (selector ?? {}) as { by?: string; value?: string | string[]; corpus?: string }
  if (Array.isArray(value)) return `${value.length} ${value.length === 1 ? 'figure' : 'figures'} of ${corpus}`
  const names: Record<string, string> = { pmid: 'PMID', pmcid: 'PMC', doi: 'DOI', articleId: 'Article' }
  return `${names[by ?? ''] ?? 'Literature'} ${value ?? ''}`.trim()
}

interface Count {
  modality: string
  count: number
}

export interface MixRow {
  name: string
  before: number
  after: number
  /** Widths in per cent of the longest bar. */
  beforeWidth: number
  afterWidth: number
}

/** Two mixes row by row, the most frequent first; what only one has counts 0 in the other. */
export function mixRows(before: readonly Count[], after: readonly Count[]): MixRow[] {
  const names = [...new Set([...before, ...after].map(({ modality }) => modality))]
  const of = (list: readonly Count[], name: string) => list.find(({ modality }) => modality === name)?.count ?? 0
  const most = Math.max(1, ...before.map(({ count }) => count), ...after.map(({ count }) => count))
  return names
    .map((name) => {
      const [b, a] = [of(before, name), of(after, name)]
      const row = { before: b, after: a, beforeWidth: (100 * b) / most, afterWidth: (100 * a) / most }
      return { name: name || 'unknown', ...row }
    })
    .sort((x, y) => y.before + y.after - (x.before + x.after) || (x.name < y.name ? -1 : 1))
}

const BAG_TITLES: Record<string, string> = { task: 'Earlier labels', domain: 'Seen domains', general: 'General' }

/** Bags of two sets as rows of a mix, in the order of the siphon. */
export function bagRows(before: unknown, after: unknown): MixRow[] {
  const list = (bags: unknown): Count[] =>
    Object.entries(BAG_TITLES).map(([bag, title]) => ({
      modality: title,
      count: Number((bags as Record<string, number> | null)?.[bag] ?? 0),
    }))
  const rows = mixRows(list(before), list(after))
  return Object.values(BAG_TITLES).map((title) => rows.find(({ name }) => name === title)!)
}

export interface SideBySideRow {
  key: string
  left: number | null
  right: number | null
  /** Ranks gained on the right; null where it is on one side only. */
  moved: number | null
}

/** Two rankings laid side by side: by the better of both ranks. */
export function sideBySide(
  left: readonly { key: string; rank: number }[],
  right: readonly { key: string; rank: number }[],
) {
  const ranks = (list: readonly { key: string; rank: number }[]) => new Map(list.map(({ key, rank }) => [key, rank]))
  const [l, r] = [ranks(left), ranks(right)]
  const rows = [...new Set([...l.keys(), ...r.keys()])].map((key): SideBySideRow => {
    const [a, b] = [l.get(key) ?? null, r.get(key) ?? null]
    return { key, left: a, right: b, moved: a === null || b === null ? null : a - b }
  })
  const best = ({ left: a, right: b }: SideBySideRow) => Math.min(a ?? Infinity, b ?? Infinity)
  rows.sort((x, y) => best(x) - best(y) || (x.key < y.key ? -1 : 1))
  const common = rows.filter(({ moved }) => moved !== null).length
  return { rows, common, overlap: rows.length === 0 ? 1 : common / rows.length }
}

export interface LeakRow {
  task: string
  images: number
  suspects: number
  open: number
  dirty: number
  /** Share of test images that nobody found dirty, in [0, 1]. */
  clean: number
}

/** Leak guard task by task, and all together as the last row. */
export function leakRows(tasks: readonly (Omit<LeakRow, 'clean' | 'task'> & { taskKey: string })[]): LeakRow[] {
  const clean = (images: number, dirty: number) => (images === 0 ? 1 : 1 - dirty / images)
  const rows = tasks.map(({ taskKey, images, suspects, open, dirty }) => {
    return { task: taskKey, images, suspects, open, dirty, clean: clean(images, dirty) }
  })
  const sum = (field: 'images' | 'suspects' | 'open' | 'dirty') => rows.reduce((total, row) => total + row[field], 0)
  const all = { images: sum('images'), suspects: sum('suspects'), open: sum('open'), dirty: sum('dirty') }
  return rows.length > 1 ? [...rows, { task: 'all tasks', ...all, clean: clean(all.images, all.dirty) }] : rows
}

/** Most bytes of an uploaded image; the server refuses more. */
const UPLOAD_BYTES = 640 * 1024

/** Why a file cannot be uploaded; null when it can. */
export function uploadProblem(file: { size: number; type: string }): string | null {
  if (!['image/jpeg', 'image/png'].includes(file.type)) return 'Choose a JPEG or PNG image.'
  if (file.size > UPLOAD_BYTES) return `The image has ${Math.ceil(file.size / 1024)} KiB; at most 640 KiB are taken.`
  return null
}

import type { ModelImportRowFragment, ModelRowFragment } from '../graphql/generated/graphql.ts'
import { bytes, count, number } from './format.ts'

const KINDS: Record<string, string> = { clip: 'CLIP', timm: 'timm ViT', bert: 'BERT' }
const TOKENIZERS: Record<string, string> = {
  bytePair: 'byte-level BPE',
  clip: 'CLIP BPE',
  wordPiece: 'WordPiece',
}

const kind = (key: string) => KINDS[key] ?? key

export interface ParityView {
  state: 'same' | 'differs' | 'unknown'
  label: string
  detail: string
}

/** The stamp in words. */
export function parityOf(parity: ModelRowFragment['parity']): ParityView {
  if (!parity) {
    return {
      state: 'unknown',
      label: 'not verified',
      detail: 'Compare it with its reference: npm run model -- verify <id>',
    }
  }
  const { maxDifferenceImages: images, maxDifferenceTexts: texts, reference, version, same } = parity
  return {
    state: same ? 'same' : 'differs',
    label: `${same ? 'equals' : 'differs from'} ${reference} ${version}`,
    detail: `Largest difference of an embedding coordinate: images ${small(images)}, texts ${small(texts)}`,
  }
}

const small = (value: number) => (value === 0 ? '0' : value.toExponential(1))

/** "150 M", "5.4 M", "12 k" */
export function parameters(value: number): string {
  if (value >= 1e9) return `${(value / 1e9).toFixed(1)} G`
  if (value >= 1e8) return `${Math.round(value / 1e6)} M`
  if (value >= 1e6) return `${(value / 1e6).toFixed(1)} M`
  return value >= 1e3 ? `${Math.round(value / 1e3)} k` : String(value)
}

/** Name and value of what is worth knowing of an architecture, in reading order. */
export function architectureOf(model: ModelRowFragment): { term: string; value: string; detail: string }[] {
  const { image, text, preprocessing } = model
  const shape = (tower: { width: number; depth: number; heads: number }) =>
    `${tower.width} wide, ${tower.depth} blocks, ${tower.heads} heads`
  const channels = (values: readonly number[]) => {
    const shown = values.map((value) => number(value))
    return new Set(shown).size === 1 ? shown[0]! : shown.join(' / ')
  }
  return [
    {
      term: 'Images',
      value: `${kind(image.kind)}, ${image.size} px, patch ${image.patch}`,
      detail: `${shape(image)}, ${image.activation === 'quickGelu' ? 'quick GELU' : 'GELU'}`,
    },
    {
      term: 'Texts',
      value: `${kind(text.kind)}, ${text.context} tokens`,
      detail: `${shape(text)}; ${TOKENIZERS[model.tokenizerKind] ?? model.tokenizerKind}, ${count(text.vocabulary)} tokens known`,
    },
    {
      term: 'Embedding',
      value: String(model.embedding),
      detail: `pixels minus ${channels(preprocessing.mean)}, over ${channels(preprocessing.std)}`,
    },
    { term: 'Size', value: parameters(model.parameterCount), detail: `${bytes(model.bytes)} of weights` },
  ]
}

export const isOver = ({ state }: Pick<ModelImportRowFragment, 'state'>) => state === 'SUCCEEDED' || state === 'FAILED'

export interface ImportView {
  words: string
  /** In [0, 1]; null where it is not known. */
  share: number | null
}

/** How far an import is. Large counts are bytes. */
export function importOf(row: ModelImportRowFragment): ImportView {
  if (row.state === 'SUCCEEDED') return { words: 'imported', share: 1 }
  if (row.state === 'FAILED') return { words: 'failed', share: null }
  if (row.state === 'WAITING') return { words: 'waiting for its turn', share: 0 }
  const { done, total, stage } = row
  if (done === null || done === undefined || !total) return { words: stage ?? 'starting', share: null }
  const show = total > 100_000 ? bytes : count
  return { words: `${stage ?? 'importing'}: ${show(done)} of ${show(total)}`, share: Math.min(1, done / total) }
}

/** What is wrong with an id, null when nothing is. */
export function keyProblem(key: string, taken: readonly string[]): string | null {
  if (!/^[a-z0-9][a-z0-9_.-]{0,79}$/.test(key)) {
    return 'Lower-case letters, digits, "-", "_" and "."; a letter or digit first.'
  }
  return taken.includes(key) ? `There is a model "${key}" already.` : null
}

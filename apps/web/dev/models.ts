/** Generated base models, inbox and imports. */
import { digest } from './data.ts'

interface Shape {
  key: string
  origin: string
  source: string | null
  bytes: number
  parameterCount: number
  embedding: number
  image: { kind: string; width: number; depth: number; heads: number; size: number; patch: number; activation: string }
  text: { kind: string; width: number; depth: number; heads: number; context: number; vocabulary: number }
  tokenizerKind: string
  difference: number | null
  runCount: number
}

const modelOf = ({ difference, ...shape }: Shape) => ({
  __typename: 'Model',
  id: `Model:${shape.key}`,
  ...shape,
  text: { activation: shape.image.activation, ...shape.text },
  digest: digest(shape.key),
  encoderId: `${shape.key}@${digest(shape.key).slice(0, 12)}`,
  config: {},
  preprocessing: {
    size: shape.image.size,
    mean: shape.origin === 'shipped' ? [0.5, 0.5, 0.5] : [0.48145466, 0.4578275, 0.40821073],
    std: shape.origin === 'shipped' ? [0.5, 0.5, 0.5] : [0.26862954, 0.26130258, 0.27577711],
    details: {},
  },
  parity:
    difference === null
      ? null
      : {
          reference: 'open_clip',
          version: '3.3.0',
          maxDifferenceImages: difference,
          maxDifferenceTexts: difference / 2,
          same: difference <= 1e-4,
          at: '2026-11-20T10:00:00Z',
        },
  addedAt: '2026-11-20T09:30:00Z',
})

const vit = (size: number, patch: number, activation = 'gelu') => ({
  ...{ width: 768, depth: 12, heads: 12, size, patch, activation },
})

export const models = [
  modelOf({
    ...{ key: 'biomedclip', origin: 'imported', source: 'hf:microsoft/BiomedCLIP-PubMedBERT_256-vit_base_patch16_224' },
    ...{ bytes: 783_000_000, parameterCount: 195_900_000, embedding: 512, tokenizerKind: 'wordPiece' },
    image: { kind: 'timm', ...vit(224, 16) },
    text: { kind: 'bert', width: 768, depth: 12, heads: 12, context: 256, vocabulary: 30_522 },
    ...{ difference: 2.4e-6, runCount: 12 },
  }),
  modelOf({
    ...{ key: 'openai-vit-b-32', origin: 'imported', source: 'inbox:ViT-B-32.safetensors' },
    ...{ bytes: 605_000_000, parameterCount: 151_300_000, embedding: 512, tokenizerKind: 'clip' },
    image: { kind: 'clip', ...vit(224, 32, 'quickGelu') },
    text: { kind: 'clip', width: 512, depth: 12, heads: 8, context: 77, vocabulary: 49_408 },
    ...{ difference: 0.018, runCount: 1 },
  }),
  modelOf({
    ...{ key: 'tiny', origin: 'shipped', source: null },
    ...{ bytes: 10_900_000, parameterCount: 5_430_000, embedding: 192, tokenizerKind: 'bytePair' },
    image: { kind: 'clip', width: 192, depth: 6, heads: 3, size: 64, patch: 8, activation: 'gelu' },
    text: { kind: 'clip', width: 192, depth: 4, heads: 3, context: 32, vocabulary: 4000 },
    ...{ difference: null, runCount: 25 },
  }),
]

export const modelSources = process.env.DEV_EMPTY_INBOX
  ? []
  : ['UniMed-CLIP', 'downloads/MMKD-CLIP-ViT-B-16.bin', 'PMC-CLIP.safetensors'].map((path, i) => ({
      id: path,
      source: `inbox:${path}`,
      path,
      folder: i === 0,
      bytes: 590_000_000 + i * 41_000_000,
      changedAt: '2026-11-23T10:00:00Z',
      suggestedKey: path.split('/').at(-1)!.replace(/\..*$/, '').toLowerCase(),
    }))

const importOf = (key: string, source: string, minutes: number) => ({
  __typename: 'ModelImport',
  id: `ModelImport:${key}:${minutes}`,
  ...{ key, source, activation: null, state: 'WAITING', stage: null as string | null },
  ...{ done: null as number | null, total: null as number | null },
  ...{ errorCode: null as string | null, message: null as string | null },
  createdAt: new Date(Date.now() - minutes * 60_000).toISOString(),
  startedAt: null,
  finishedAt: null,
  model: null,
})

export const modelImports = [
  { ...importOf('biomedclip', 'inbox:BiomedCLIP', 70), state: 'SUCCEEDED' },
  {
    ...importOf('broken', 'inbox:downloads/half.safetensors', 90),
    state: 'FAILED',
    errorCode: 'CORRUPT_WEIGHTS',
    message:
      'inbox:downloads/half.safetensors: the file ends within tensor "visual.transformer.resblocks.7.mlp.c_fc.weight". Copy it again.',
  },
]

export function startImport({ key, source }: { key: string; source: string }) {
  if (models.some((model) => model.key === key)) {
    const message = `There is a model "${key}" already. Choose another id.`
    return { modelImport: null, userErrors: [{ code: 'CONFLICT', field: 'key', message }] }
  }
  const row = importOf(key, source, 0)
  modelImports.unshift(row)
  return { modelImport: row, userErrors: [] }
}

/** The import in steps of a tenth. */
export async function* followImport(id: string) {
  const row = modelImports.find((one) => one.id === id)!
  const total = 604_000_000
  for (let tenth = 0; tenth <= 10; tenth++) {
    Object.assign(row, { state: 'RUNNING', stage: 'weights', done: (total * tenth) / 10, total })
    yield { modelImport: row }
    await new Promise((done) => setTimeout(done, 700))
  }
  Object.assign(row, { state: 'SUCCEEDED', stage: null })
  models.push({ ...models[0]!, key: row.key, id: `Model:${row.key}`, source: row.source, parity: null, runCount: 0 })
  yield { modelImport: row }
}

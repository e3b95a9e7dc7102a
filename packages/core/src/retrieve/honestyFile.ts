import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { type VectorStore, writeWhole } from '../stores/index.ts'

const FILE = 'honesty.json'
const share = z.number().min(0).max(1)

/** How far an approximate index can be believed: measured against exact search on a fixed probe set. */
export const honesty = z.object({
  /** The content that was measured. */
  indexVersion: z.string(),
  encoderId: z.string(),
  store: z.string(),
  /** "flat", "ivf_rq", "int8_hnsw", ... */
  indexType: z.string(),
  exact: z.boolean(),
  rows: z.number().int(),
  dim: z.number().int(),
  k: z.number().int(),
  probes: z.number().int(),
  /** Share of the k exact scores that the index reaches: mean over the probes, and the worst probe. */
  recall: z.object({ mean: share, worst: share }),
  byModality: z.array(z.object({ modality: z.string(), probes: z.number().int(), recall: share })),
  /** Milliseconds of one search on this machine. */
  latency: z.object({ p50: z.number(), p95: z.number() }),
  /** Of the index folder; null for an index on a server. */
  bytes: z.number().nullable(),
  measuredAt: z.string(),
})
export type Honesty = z.infer<typeof honesty>

/** The measurement that is kept beside the index; null where there is none of its present content. */
export async function readHonesty(store: VectorStore): Promise<Honesty | null> {
  const text = await readFile(join(store.folder, FILE), 'utf8').catch(() => null)
  if (text === null) return null
  try {
    const found = honesty.parse(JSON.parse(text))
    return found.indexVersion === (await store.version()) ? found : null
  } catch {
    return null // a damaged file only means that the index is measured again
  }
}

export async function writeHonesty(store: VectorStore, measured: Honesty): Promise<void> {
  await writeWhole(join(store.folder, FILE), JSON.stringify(measured))
}

const known = new WeakMap<VectorStore, { version: string; recall: number | null }>()

/** Mean recall as it was measured, read once per index version. */
export async function knownRecall(store: VectorStore): Promise<number | null> {
  if (store.exact) return null
  const version = await store.version()
  const found = known.get(store)
  if (found?.version === version) return found.recall
  const recall = (await readHonesty(store))?.recall.mean ?? null
  known.set(store, { version, recall })
  return recall
}

/** To be called when the file changed. */
export const forgetRecall = (store: VectorStore): boolean => known.delete(store)

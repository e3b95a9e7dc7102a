import { loadBackend } from '../backend/index.ts'
import { AnamnesisError, Random } from '../contracts/index.ts'
import type { Encoder } from '../embed/encoder.ts'
import type { VectorStore } from '../stores/index.ts'
import { engineLoaded, exactLayer } from './exactLayer.ts'
import { forgetRecall, type Honesty, honesty, writeHonesty } from './honestyFile.ts'
import { indexBytes } from './indexBytes.ts'
import { questionPool } from './questions.ts'
import { builtInVocabulary } from './vocabulary.ts'

/** A question of the fixed probe set. */
export interface Probe {
  modality: string
  vector: Float32Array
}

/** Probes of each modality, unless told otherwise. */
const PER_MODALITY = 5
/** Probes asked before the clock starts. */
const WARM = 5

/** Seeded questions of the pool, some of each domain: what training asks. Equal seeds give equal probes. */
export async function questionProbes(
  encoder: Encoder,
  { perModality = PER_MODALITY, seed = 0 }: { perModality?: number; seed?: number } = {},
): Promise<Probe[]> {
  const random = new Random(`honesty ${seed}`)
  const pool = questionPool()
  const chosen = builtInVocabulary().domains.flatMap(({ keyword }) =>
    random.shuffle(pool.filter(({ domain }) => domain === keyword)).slice(0, perModality),
  )
  const { data, dim } = await encoder.encodeTexts(chosen.map(({ text }) => text))
  return chosen.map(({ domain }, i) => ({ modality: domain, vector: data.slice(i * dim, (i + 1) * dim) }))
}

/** Captions of the index itself, some of each modality, where no encoder is at hand. Equal seeds give equal probes. */
export async function captionProbes(
  store: VectorStore,
  { perModality = PER_MODALITY, seed = 0 }: { perModality?: number; seed?: number } = {},
): Promise<Probe[]> {
  const random = new Random(`honesty ${seed}`)
  // a uniform sample of each modality from one pass (reservoir)
  const samples = new Map<string, { seen: number; ids: string[] }>()
  for await (const { id, modality } of store.scan()) {
    const sample = samples.get(modality) ?? { seen: 0, ids: [] }
    samples.set(modality, sample)
    sample.seen++
    if (sample.ids.length < perModality) sample.ids.push(id)
    else {
      const at = random.int(sample.seen)
      if (at < perModality) sample.ids[at] = id
    }
  }
  const chosen = [...samples].flatMap(([modality, { ids }]) => ids.map((id) => ({ modality, id })))
  const vectors = await store.captionVectors(chosen.map(({ id }) => id))
  return chosen.map(({ modality, id }) => ({ modality, vector: vectors.get(id)! }))
}

/**
 * The honesty meter: asks every probe of the index and of an exact search, and keeps recall (overall, worst probe, per
 * modality), latency, size and kind of the index beside it as `honesty.json`, for this content of the index only.
 * Retrievals from then on say how far the index can be believed.
 * @param k neighbours, default 100 @throws BAD_INPUT without probes
 */
export async function measureHonesty(
  store: VectorStore,
  { probes, k = 100 }: { probes: readonly Probe[]; k?: number },
): Promise<Honesty> {
  if (probes.length === 0) throw new AnamnesisError('BAD_INPUT', 'The honesty meter needs at least one probe.')
  if (!engineLoaded()) await loadBackend()
  const vectors = probes.map(({ vector }) => vector)
  const wanted = await exactLayer(store, 'caption', vectors, { distinct: k, limit: k })
  for (const vector of vectors.slice(0, WARM)) await store.nearestCaptions(vector, k)
  const recalls: number[] = []
  const times: number[] = []
  for (const [i, vector] of vectors.entries()) {
    const started = performance.now()
    const found = await store.nearestCaptions(vector, k)
    times.push(performance.now() - started)
    const least = wanted[i]!.at(-1)?.score ?? 0
    const reached = found.filter(({ score }) => score >= least).length
    recalls.push(wanted[i]!.length === 0 ? 1 : Math.min(1, reached / wanted[i]!.length))
  }
  const measured = honesty.parse({
    indexVersion: await store.version(),
    encoderId: store.encoderId,
    store: store.kind,
    indexType: store.indexType,
    exact: store.exact,
    rows: await store.count({ retracted: 'with' }),
    dim: store.dim,
    k,
    probes: probes.length,
    recall: { mean: mean(recalls), worst: Math.min(...recalls) },
    byModality: byModality(probes, recalls),
    latency: { p50: quantile(times, 0.5), p95: quantile(times, 0.95) },
    bytes: await indexBytes(store),
    measuredAt: new Date().toISOString(),
  } satisfies Honesty)
  await writeHonesty(store, measured)
  forgetRecall(store)
  return measured
}

function byModality(probes: readonly Probe[], recalls: readonly number[]): Honesty['byModality'] {
  const groups = new Map<string, number[]>()
  for (const [i, { modality }] of probes.entries()) {
    const group = groups.get(modality) ?? []
    group.push(recalls[i]!)
    groups.set(modality, group)
  }
  return [...groups].map(([modality, values]) => ({ modality, probes: values.length, recall: mean(values) }))
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length

const quantile = (values: readonly number[], share: number): number =>
  values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(share * values.length))]!

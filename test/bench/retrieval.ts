import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type EncodedVectors, figure, LICENCE_GROUPS, Random } from '@anamnesis/core/contracts'
import type { Encoder } from '@anamnesis/core/embed'
import { retrieveMany } from '@anamnesis/core/retrieve'
import { type IndexRow, type StoreFilter, storeById, type VectorStore } from '@anamnesis/core/stores'
import { type Bench, measured, median } from './bench.ts'

/** Above the number of rows up to which LanceDB compares all vectors, so that its approximate index answers. */
const ROWS = 60_000
const DIM = 256
const CAPTIONS_PER_VECTOR = 3
const QUESTIONS = 100
const K = 100
const ENCODER_ID = 'bench@000000000000'

const bench: Bench = {
  title: `stores and layered retrieval, ${ROWS} figures of ${DIM} dimensions in 30 clusters, ${QUESTIONS} questions, k = ${K}`,
  async run(report, note) {
    const folder = await mkdtemp(join(tmpdir(), 'anamnesis-bench-'))
    try {
      const open = (kind: string) =>
        storeById(kind).open({ folder: join(folder, kind), encoderId: ENCODER_ID, dim: DIM })
      await using exact = await open('exact')
      await using lance = await open('lancedb')
      note('Importing into the exact store ...')
      await exact.upsert(rows())
      note('Importing into LanceDB and building its index ...')
      const started = performance.now()
      await lance.upsert(rows())
      const seconds = (performance.now() - started) / 1000
      report(measured('lancedb.import_per_s', 'figures/s', [ROWS / seconds]))

      const questions = questionVectors()
      const exactTimes = await times(questions, (question) => exact.nearestCaptions(question, K))
      report(measured('exact.60k.p50_ms', 'ms', exactTimes))
      report(measured('lancedb.p50_ms', 'ms', await times(questions, (question) => lance.nearestCaptions(question, K))))
      report(measured('lancedb.recall', '1', await recalls(questions, exact, lance)))
      const filter: StoreFilter = { modalities: ['domain 3'] }
      report(measured('lancedb.recall_filtered', '1', await recalls(questions, exact, lance, filter)))

      const encoder = new FixedEncoder(questions)
      const texts = questions.map((_, i) => `question ${i}`)
      const totals: number[] = []
      for (const text of texts) {
        const [result] = await retrieveMany([text], { store: lance, encoder, k: K })
        totals.push(result!.time.total)
      }
      report(measured('layered.p50_ms', 'ms', totals))
      const sorted = totals.toSorted((a, b) => a - b)
      report({
        metric: 'layered.p95_ms',
        value: sorted[Math.floor(0.95 * sorted.length)]!,
        unit: 'ms',
        n: totals.length,
      })

      const minutes = (median(exactTimes) * 3000 * (1_000_000 / ROWS) * (512 / DIM)) / 60_000
      const missing = (metric: string, reason: string) => report({ metric, value: null, reason })
      missing('exact.3000x1m_s', `a million rows take about ${Math.round(minutes)} minutes, by the time of 60,000 rows`)
      missing('exact.memory_gb', 'goes with exact.3000x1m_s')
      missing('lancedb.p50_vs_faiss', 'no FAISS on this machine is looked for yet')
      missing('elasticsearch.recall', 'there is no Elasticsearch store yet')
      missing('elasticsearch.p50_ms', 'there is no Elasticsearch store yet')
      missing('jats.articles_per_s', 'there is no JATS importer yet')
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  },
}
export default bench

/** Milliseconds of each call, after two to warm up. */
async function times(questions: readonly Float32Array[], search: (question: Float32Array) => Promise<unknown>) {
  const values: number[] = []
  for (const question of questions.slice(0, 2)) await search(question)
  for (const question of questions) {
    const started = performance.now()
    await search(question)
    values.push(performance.now() - started)
  }
  return values
}

/** Share of the exact answer's scores that the other store reaches, per question: ties count as found. */
async function recalls(
  questions: readonly Float32Array[],
  exact: VectorStore,
  other: VectorStore,
  filter?: StoreFilter,
): Promise<number[]> {
  const values: number[] = []
  for (const question of questions) {
    const wanted = await exact.nearestCaptions(question, K, filter)
    const found = await other.nearestCaptions(question, K, filter)
    const worst = wanted.at(-1)!.score
    values.push(found.filter(({ score }) => score >= worst).length / wanted.length)
  }
  return values
}

/** 30 domains far apart, findings close to their domain, three figures of each caption. */
function* rows(): Iterable<IndexRow> {
  const random = new Random('bench rows')
  const centres = Array.from({ length: 30 }, () => noisy(random, new Float32Array(DIM), 1))
  let caption = new Float32Array(DIM)
  for (let i = 0; i < ROWS; i++) {
    const domain = Math.floor(i / CAPTIONS_PER_VECTOR) % 30
    if (i % CAPTIONS_PER_VECTOR === 0) caption = noisy(random, centres[domain]!, 0.05)
    yield {
      figure: figure.parse({
        id: `fig${String(i).padStart(6, '0')}`,
        caption: `finding ${random.int(500)} in the site ${random.int(50)} of domain ${domain}, figure ${Math.floor(i / CAPTIONS_PER_VECTOR)}`,
        modality: `domain ${domain}`,
        licenceGroup: LICENCE_GROUPS[random.int(3)],
      }),
      captionVector: caption,
      imageVector: noisy(random, caption, 0.03),
    }
  }
}

/** Questions lie near captions of the corpus, not on them. */
function questionVectors(): Float32Array[] {
  const random = new Random('bench questions')
  const chosen = new Set(Array.from({ length: QUESTIONS }, () => random.int(ROWS)))
  const found: Float32Array[] = []
  let i = 0
  for (const { captionVector } of rows()) {
    if (chosen.has(i++)) found.push(noisy(random, captionVector, 0.03))
  }
  return found
}

function noisy(random: Random, centre: Float32Array, deviation: number): Float32Array<ArrayBuffer> {
  const vector = Float32Array.from(centre, (value) => value + random.normal(0, deviation))
  const norm = Math.hypot(...vector)
  return vector.map((value) => value / norm)
}

/** Stands for an encoder that is already done: "question 7" is the seventh vector. */
class FixedEncoder implements Encoder {
  readonly id = ENCODER_ID
  readonly dim = DIM
  private readonly vectors: readonly Float32Array[]

  constructor(vectors: readonly Float32Array[]) {
    this.vectors = vectors
  }

  async encodeTexts(texts: readonly string[]): Promise<EncodedVectors> {
    const data = new Float32Array(texts.length * DIM)
    for (const [i, text] of texts.entries()) data.set(this.vectors[Number(text.split(' ')[1])]!, i * DIM)
    return { encoderId: this.id, dim: DIM, data }
  }

  encodeImages(): Promise<EncodedVectors> {
    return Promise.reject(new Error('this bench encodes no images'))
  }
}

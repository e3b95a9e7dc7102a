import { once } from 'node:events'
import { createWriteStream, type WriteStream } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { retrieve } from '@anamnesis/core/retrieve'
import { type IndexRow, storeById, type VectorStore } from '@anamnesis/core/stores'
import { type Bench, type Measurement, measured, median } from './bench.ts'
import { askOneByOne, recalls } from './retrievalAsk.ts'
import { RARE_MODALITY, SyntheticIndex } from './retrievalData.ts'
import { elasticsearchPart } from './retrievalElasticsearch.ts'
import { BENCH_ENCODER, FixedEncoder } from './retrievalEncoder.ts'
import { type FaissAnswer, faiss } from './retrievalFaiss.ts'
import { jatsPart } from './retrievalJats.ts'
import { exactInWorker } from './retrievalWorker.ts'

const SIZE = Number(process.env.ANAMNESIS_BENCH_SIZE ?? 1_000_000)
const DIM = 512
const QUESTIONS = 3_000
/** Questions asked one at a time. */
const SINGLE = 200
const K = 100
const FILTERED = { modalities: [RARE_MODALITY] }
const MILLION = 1_000_000
const LEAST = 20_000

type Report = (measurement: Measurement) => void

const bench: Bench = {
  title: `stores and layered retrieval, ${SIZE} figures of ${DIM} dimensions, k = ${K}; ANAMNESIS_BENCH_SIZE sets the number of figures`,
  async run(report, note) {
    if (!(SIZE >= LEAST))
      throw new Error(`ANAMNESIS_BENCH_SIZE must be at least ${LEAST}: 1 % of the figures must hold k.`)
    const folder = await mkdtemp(join(tmpdir(), 'anamnesis-bench-'))
    try {
      const index = new SyntheticIndex(SIZE, DIM)
      const questions = index.questions(QUESTIONS)
      const single = questions.vectors.slice(0, SINGLE)
      const open = { folder: join(folder, 'lancedb'), encoderId: BENCH_ENCODER, dim: DIM }
      await using lance = await storeById('lancedb').open(open)
      await importRows(lance, index, join(folder, 'captions.f32'), report, note)

      note(`Exact layer of ${QUESTIONS} questions in a process of its own ...`)
      const exact = await exactInWorker({ ...open, store: 'lancedb', size: SIZE, questions: QUESTIONS, k: K })
      reportExact(exact, report)
      note('The same questions with a filter that leaves 1 % ...')
      const filtered = await exactInWorker({
        ...open,
        store: 'lancedb',
        size: SIZE,
        questions: SINGLE,
        k: K,
        filter: FILTERED,
      })

      note('One question at a time on LanceDB ...')
      const { answers, times } = await askOneByOne(lance, single, K)
      report(measured('lancedb.recall', '1', recalls(answers, exact.worst, K)))
      report(measured('lancedb.p50_ms', 'ms', times))
      const rare = await askOneByOne(lance, single, K, FILTERED)
      report(measured('lancedb.recall_filtered', '1', recalls(rare.answers, filtered.worst, K)))
      report(measured('lancedb.filtered_p50_ms', 'ms', rare.times))

      note('FAISS over the same vectors ...')
      reportFaiss(await faiss(join(folder, 'captions.f32'), single, exact.worst, K), median(times), report)

      note('Layered retrieval, one question at a time ...')
      const encoder = new FixedEncoder(questions.texts, questions.vectors)
      const totals: number[] = []
      for (const [i, text] of questions.texts.slice(0, SINGLE + 20).entries()) {
        const { time } = await retrieve(text, { store: lance, encoder, k: K })
        if (i >= 20) totals.push(time.total)
      }
      report(measured('layered.p50_ms', 'ms', totals))
      const p95 = totals.toSorted((a, b) => a - b)[Math.floor(0.95 * totals.length)]!
      report({ metric: 'layered.p95_ms', value: p95, unit: 'ms', n: totals.length })

      await elasticsearchPart(join(folder, 'elasticsearch'), SIZE, report, note)
      note('Parsing real articles ...')
      await jatsPart(report)
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  },
}
export default bench

/** Reports the rate of the whole import with its indexes, without the time that making the rows takes. */
async function importRows(
  store: VectorStore,
  index: SyntheticIndex,
  captionFile: string,
  report: Report,
  note: (text: string) => void,
): Promise<void> {
  note('Importing into LanceDB and building its indexes ...')
  const captions = createWriteStream(captionFile)
  const making = { ms: 0 }
  const started = performance.now()
  await store.upsert(timed(index.rows(), captions, making))
  const seconds = (performance.now() - started - making.ms) / 1000
  captions.end()
  await once(captions, 'finish')
  report(measured('lancedb.import_per_s', 'vectors/s', [SIZE / seconds]))
}

/** Also writes the caption vectors to a file, for FAISS. */
async function* timed(rows: Iterable<IndexRow>, captions: WriteStream, making: { ms: number }) {
  const iterator = rows[Symbol.iterator]()
  for (;;) {
    const started = performance.now()
    const { done, value } = iterator.next()
    if (!done && !captions.write(new Uint8Array(value.captionVector.slice().buffer))) await once(captions, 'drain')
    making.ms += performance.now() - started
    if (done) return
    yield value
  }
}

function reportExact({ seconds, memoryGb }: { seconds: number; memoryGb: number }, report: Report): void {
  if (SIZE === MILLION) {
    report(measured('exact.3000x1m_s', 's', [seconds]))
    report(measured('exact.memory_gb', 'GB', [memoryGb]))
    return
  }
  const reason = `${SIZE} figures instead of a million: ${seconds.toFixed(1)} s, ${memoryGb.toFixed(2)} GB`
  report({ metric: 'exact.3000x1m_s', value: null, reason })
  report({ metric: 'exact.memory_gb', value: null, reason })
}

function reportFaiss(answer: FaissAnswer, lanceMs: number, report: Report): void {
  if (answer.missing !== undefined) {
    report({ metric: 'lancedb.p50_vs_faiss', value: null, reason: answer.missing })
    return
  }
  report(measured('faiss.hnsw_recall', '1', answer.hnsw.recalls))
  report(measured('faiss.hnsw_build_s', 's', [answer.hnsw.seconds]))
  report(measured('faiss.flat_p50_ms', 'ms', answer.flat.times))
  const peer = median(answer.hnsw.times)
  report({ metric: 'lancedb.p50_vs_faiss', value: lanceMs / peer, unit: 'ratio', n: SINGLE, peer })
}

import { storeById } from '@anamnesis/core/stores'
import { ensureElasticsearch } from '../elasticsearch/build.ts'
import { startNode } from '../elasticsearch/node.ts'
import { type Measurement, measured } from './bench.ts'
import { askOneByOne, recalls } from './retrievalAsk.ts'
import { SyntheticIndex } from './retrievalData.ts'
import { BENCH_ENCODER } from './retrievalEncoder.ts'
import { exactInWorker } from './retrievalWorker.ts'

const ROWS = 200_000
const DIM = 512
const QUESTIONS = 100
const K = 100
/** Memory of a node that is started here, in MB. */
const HEAP = 1_024
const METRICS = ['elasticsearch.recall', 'elasticsearch.p50_ms', 'elasticsearch.import_per_s']

type Report = (measurement: Measurement) => void

/** The same questions to an Elasticsearch node that ELASTICSEARCH_URL names, or to one that is started for it. @param size figures of the bench */
export async function elasticsearchPart(
  folder: string,
  size: number,
  report: Report,
  note: (text: string) => void,
): Promise<void> {
  if (process.env.ELASTICSEARCH_URL) return measure(folder, size, report, note)
  const build = await ensureElasticsearch()
  if ('reason' in build) {
    for (const metric of METRICS) report({ metric, value: null, reason: build.reason })
    return
  }
  note('Starting an Elasticsearch node ...')
  await using node = await startNode(build, { heap: HEAP, fast: true })
  process.env.ELASTICSEARCH_URL = node.url
  try {
    await measure(folder, size, report, note)
  } finally {
    delete process.env.ELASTICSEARCH_URL
  }
}

async function measure(folder: string, size: number, report: Report, note: (text: string) => void): Promise<void> {
  const rows = Math.min(size, ROWS)
  const index = new SyntheticIndex(rows, DIM)
  const { vectors } = index.questions(QUESTIONS)
  const open = { folder, name: `bench-${Date.now()}`, encoderId: BENCH_ENCODER, dim: DIM }
  await using store = await storeById('elasticsearch').open(open)
  note(`Importing ${rows} figures into Elasticsearch ...`)
  const started = performance.now()
  await store.upsert(index.rows())
  report(measured('elasticsearch.import_per_s', 'vectors/s', [(1000 * rows) / (performance.now() - started)]))
  const exact = await exactInWorker({ ...open, store: 'elasticsearch', size: rows, questions: QUESTIONS, k: K })
  const { answers, times } = await askOneByOne(store, vectors, K)
  report(measured('elasticsearch.recall', '1', recalls(answers, exact.worst, K)))
  report(measured('elasticsearch.p50_ms', 'ms', times))
}

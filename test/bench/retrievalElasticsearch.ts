import { stores } from '@anamnesis/core/stores'
import { type Measurement, measured } from './bench.ts'
import { askOneByOne, recalls } from './retrievalAsk.ts'
import { SyntheticIndex } from './retrievalData.ts'
import { BENCH_ENCODER } from './retrievalEncoder.ts'
import { exactInWorker } from './retrievalWorker.ts'

const ROWS = 200_000
const DIM = 512
const QUESTIONS = 100
const K = 100
const METRICS = ['elasticsearch.recall', 'elasticsearch.p50_ms', 'elasticsearch.import_per_s']

/** The same questions to an Elasticsearch node, where ELASTICSEARCH_URL names one. @param size figures of the bench */
export async function elasticsearchPart(
  folder: string,
  size: number,
  report: (measurement: Measurement) => void,
  note: (text: string) => void,
): Promise<void> {
  const definition = stores.find(({ id }) => id === 'elasticsearch')
  if (definition === undefined || !process.env.ELASTICSEARCH_URL) {
    for (const metric of METRICS) {
      report({ metric, value: null, reason: 'no Elasticsearch node: ELASTICSEARCH_URL is not set' })
    }
    return
  }
  const rows = Math.min(size, ROWS)
  const index = new SyntheticIndex(rows, DIM)
  const { vectors } = index.questions(QUESTIONS)
  const open = { folder, name: `bench-${Date.now()}`, encoderId: BENCH_ENCODER, dim: DIM }
  await using store = await definition.open(open)
  note(`Importing ${rows} figures into Elasticsearch ...`)
  const started = performance.now()
  await store.upsert(index.rows())
  report(measured('elasticsearch.import_per_s', 'vectors/s', [(1000 * rows) / (performance.now() - started)]))
  const exact = await exactInWorker({ ...open, store: 'elasticsearch', size: rows, questions: QUESTIONS, k: K })
  const { answers, times } = await askOneByOne(store, vectors, K)
  report(measured('elasticsearch.recall', '1', recalls(answers, exact.worst, K)))
  report(measured('elasticsearch.p50_ms', 'ms', times))
}

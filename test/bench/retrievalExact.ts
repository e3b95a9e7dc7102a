// Started by retrievalWorker.ts: one exact layer, the answer as one JSON line.
import { loadBackend } from '@anamnesis/core/backend'
import { exactLayer } from '@anamnesis/core/retrieve'
import { storeById } from '@anamnesis/core/stores'
import { SyntheticIndex } from './retrievalData.ts'
import type { ExactAnswer, ExactJob } from './retrievalWorker.ts'

const job = JSON.parse(process.argv[2]!) as ExactJob
const { dim, size, k, filter } = job
await loadBackend()
const { vectors } = new SyntheticIndex(size, dim).questions(job.questions)
await using store = await storeById(job.store).open(job)
const started = performance.now()
const found = await exactLayer(store, 'caption', vectors, { distinct: k, limit: 10 * k, filter })
const seconds = (performance.now() - started) / 1000
const answer: ExactAnswer = {
  seconds,
  memoryGb: process.resourceUsage().maxRSS / 2 ** 20,
  worst: found.map((list) => list[k - 1]!.score),
}
process.stdout.write(JSON.stringify(answer))

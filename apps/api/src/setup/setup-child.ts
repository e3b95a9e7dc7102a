/**
 * The set-up process: makes what the demo needs and is not there yet, step by step, telling how far it is. Each step
 * leaves either nothing or a complete result, so an interrupted set-up simply runs again.
 */
import { createHash, randomUUID } from 'node:crypto'
import { cp, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { findSuite } from '@anamnesis/core/benchmarks'
import { AnamnesisError, type OnProgress, toAnamnesisError } from '@anamnesis/core/contracts'
import { corpusFolder, storeSource } from '@anamnesis/core/importers'
import { ensureIndex } from '../jobs/ensureIndex.ts'
import { INDEX_STORE } from '../jobs/trainingRequest.ts'
import { indexRoot, modelFolder, shippedModels } from '../services/folders.ts'
import { DEMO_SUITE, plannedSteps, type SetupOptions, type SetupStep } from './protocol.ts'

const options = JSON.parse(process.argv[2] ?? '{}') as SetupOptions
const suite = findSuite(DEMO_SUITE)

type Work = (report: (done: number, total: number | null, message?: string) => void) => Promise<void>

const work: Record<string, Work> = {
  async model() {
    const target = modelFolder(options.home, suite.modelId)
    const shipped = join(shippedModels, suite.modelId)
    const [have, want] = await Promise.all([digest(target), digest(shipped)])
    if (want === null) {
      if (have !== null) return
      throw new AnamnesisError(
        'MISSING_DATA',
        `The base model "${suite.modelId}" is not in ${shipped}. Make it: npm run pretrain`,
      )
    }
    if (have === want) return
    const unfinished = `${target}.${randomUUID()}.part`
    await cp(shipped, unfinished, { recursive: true })
    await rm(target, { recursive: true, force: true })
    await rename(unfinished, target)
  },
  async tasks(report) {
    for (const [i, id] of suite.taskIds.entries()) {
      const onProgress: OnProgress = ({ done, total }) => {
        const share = total ? done / total : 0
        report(i + share, suite.taskIds.length, `${id}: ${done}${total ? ` of ${total}` : ''} pictures`)
      }
      await storeSource(options.home, await suite.openTask(id, null), { onProgress })
    }
  },
  async corpus(report) {
    const opened = await suite.openCorpus(null)
    await storeSource(options.home, opened, { onProgress: ({ done, total }) => report(done, total) })
  },
  async index(report) {
    await ensureIndex(
      {
        corpusFolder: corpusFolder(options.home, suite.corpusId),
        indexFolder: indexRoot(options.home),
        modelFolder: modelFolder(options.home, suite.modelId),
        store: INDEX_STORE,
        backend: options.backend,
      },
      () => undefined,
      () => false,
      ({ done, total }) => report(done, total),
    )
  },
}

/** Digest of a model folder's weights; null when there are none. */
async function digest(folder: string): Promise<string | null> {
  const weights = await readFile(join(folder, 'weights.safetensors')).catch(() => null)
  return weights && createHash('sha256').update(weights).digest('hex')
}

const tell = (step: SetupStep) => new Promise<void>((resolve) => process.send!(step, () => resolve()))

process.on('disconnect', () => process.exit(1))
process.on('SIGINT', () => undefined)
let code = 0
for (const step of plannedSteps()) {
  let last = 0
  let seen: Pick<SetupStep, 'done' | 'total'> = { done: null, total: null }
  await tell({ ...step, state: 'running' })
  try {
    await work[step.key]!((done, total, message) => {
      seen = { done: Math.floor(done), total }
      if (Date.now() - last < 200) return
      last = Date.now()
      void tell({ ...step, state: 'running', ...seen, message: message ?? null })
    })
    await tell({ ...step, state: 'done', ...seen, done: seen.total ?? seen.done })
  } catch (error) {
    const known = toAnamnesisError(error)
    if (known.code === 'INTERNAL') console.error(error)
    await tell({ ...step, state: 'failed', message: known.message })
    code = 1
    break
  }
}
process.exit(code)

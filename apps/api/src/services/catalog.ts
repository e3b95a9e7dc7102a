import { stat } from 'node:fs/promises'
import { findSuite, missingParts, type SuiteDefinition, suites } from '@anamnesis/core/benchmarks'
import { AnamnesisError } from '@anamnesis/core/contracts'
import {
  type Corpus,
  type CorpusInfo,
  corpusFolder,
  type DatasetInfo,
  openCorpus,
  storedCorpora,
  storedDatasets,
} from '@anamnesis/core/importers'
import { readModelInfo } from '@anamnesis/core/model'
import { isIndexed, openIndex } from '@anamnesis/core/retrieve'
import { indexRoot, modelFolder } from './folders.ts'
import { ModelShelf } from './models.ts'

/** A task of a suite: imported, or known by its description only. */
export type CatalogTask = Pick<DatasetInfo, 'task'> & Partial<Pick<DatasetInfo, 'counts' | 'digest'>>

/** How long what was read from disk is taken as still true. Milliseconds. */
const FRESH_MS = 1500

/** Suites, tasks, corpora and base models: the product's definitions joined with what is imported below `home`. */
export class Catalog implements AsyncDisposable {
  private readonly remembered = new Map<string, { at: number; value: Promise<unknown> }>()
  private readonly corpora = new Map<string, { digest: string; corpus: Promise<Corpus> }>()

  readonly models: ModelShelf

  constructor(readonly home: string) {
    this.models = new ModelShelf(home)
  }

  private fresh<T>(key: string, read: () => Promise<T>, milliseconds = FRESH_MS): Promise<T> {
    const found = this.remembered.get(key)
    if (found && Date.now() - found.at < milliseconds) return found.value as Promise<T>
    const value = read()
    this.remembered.set(key, { at: Date.now(), value })
    value.catch(() => this.remembered.delete(key))
    return value
  }

  /** Forgets what was read: something was imported. */
  changed(): void {
    this.remembered.clear()
  }

  datasets(): Promise<DatasetInfo[]> {
    return this.fresh('datasets', () => storedDatasets(this.home))
  }

  corpusInfos(): Promise<CorpusInfo[]> {
    return this.fresh('corpora', () => storedCorpora(this.home))
  }

  suites(): readonly SuiteDefinition[] {
    return suites
  }

  /** Every imported task, and every task that a suite can describe without its data. */
  async tasks(): Promise<CatalogTask[]> {
    const found = new Map<string, CatalogTask>()
    for (const info of await this.datasets()) found.set(info.task.id, info)
    for (const suite of suites) {
      for (const task of await this.suiteTasks(suite)) if (!found.has(task.task.id)) found.set(task.task.id, task)
    }
    return [...found.values()].sort((a, b) => (a.task.id < b.task.id ? -1 : 1))
  }

  /** Tasks of a suite in its own order; those that are neither imported nor described by the product are left out. */
  async suiteTasks(suite: SuiteDefinition): Promise<CatalogTask[]> {
    const stored = new Map((await this.datasets()).map((info) => [info.task.id, info]))
    const tasks = await Promise.all(suite.taskIds.map((id) => stored.get(id) ?? this.described(suite, id)))
    return tasks.filter((task) => task !== null)
  }

  private described(suite: SuiteDefinition, taskId: string): Promise<CatalogTask | null> {
    return this.fresh(
      `described/${suite.id}/${taskId}`,
      async () => {
        if (suite.describeTask) {
          const task = suite.describeTask(taskId)
          return task && { task }
        }
        try {
          const opened = await suite.openTask(taskId, null)
          return opened.kind === 'task' ? { task: opened.task } : null
        } catch (error) {
          if (error instanceof AnamnesisError) return null
          throw error
        }
      },
      Number.POSITIVE_INFINITY,
    )
  }

  /**
   * Why no run of this suite can start now; null when one can.
   * @param reads false asks for a method that wants no literature
   * @param modelId base model that the run would start from
   */
  async unavailableReason(suite: SuiteDefinition, reads = true, modelId = suite.modelId): Promise<string | null> {
    return this.fresh(`available/${suite.id}/${reads}/${modelId}`, async () => {
      const { taskIds, corpusId } = await missingParts(suite, this.home)
      const lacks: string[] = []
      if (taskIds.length > 0) lacks.push(`${taskIds.length} of its ${suite.taskIds.length} tasks`)
      if (reads && corpusId !== null) lacks.push(`its literature "${corpusId}"`)
      const ways: string[] = []
      if (lacks.length > 0) ways.push(suite.commands?.tasks ?? `npm run import -- suite ${suite.id}`)
      if (!(await this.models.exists(modelId))) {
        lacks.push(`its base model "${modelId}"`)
        ways.push(
          modelId === suite.modelId
            ? (suite.commands?.model ?? `npm run pretrain -- --suite ${suite.id}`)
            : 'npm run model -- import <source>',
        )
      }
      if (lacks.length === 0) return null
      return `Not here yet: ${lacks.join(', ')}. Run: ${ways.join(' && ')}`
    })
  }

  /** @throws UNKNOWN_CORPUS listing what there is */
  async corpusInfo(id: string): Promise<CorpusInfo> {
    const infos = await this.corpusInfos()
    const found = infos.find((info) => info.id === id)
    if (found) return found
    const known = infos.map((info) => info.id).join(', ') || 'none yet'
    throw new AnamnesisError('UNKNOWN_CORPUS', `There is no corpus "${id}". Imported: ${known}.`, { field: 'corpus' })
  }

  /** The corpus with its figures, kept open and opened anew when it was imported again. @throws UNKNOWN_CORPUS */
  async corpus(id: string): Promise<Corpus> {
    const { digest } = await this.corpusInfo(id)
    const open = this.corpora.get(id)
    if (open?.digest === digest) return open.corpus
    const corpus = openCorpus(corpusFolder(this.home, id))
    this.corpora.set(id, { digest, corpus })
    corpus.catch(() => this.corpora.delete(id))
    if (open) void open.corpus.then((old) => old[Symbol.asyncDispose]()).catch(() => undefined)
    return corpus
  }

  /** The base model whose index a corpus is searched with: that of a suite which reads it. */
  async modelOf(corpusId: string): Promise<string> {
    const candidates = suites.filter((suite) => suite.corpusId === corpusId).map((suite) => suite.modelId)
    if (candidates.length === 0) candidates.push(...suites.map((suite) => suite.modelId))
    for (const id of new Set(candidates)) {
      if (await stat(modelFolder(this.home, id)).catch(() => null)) return id
    }
    throw new AnamnesisError(
      'UNKNOWN_MODEL',
      `No base model is installed that can search corpus "${corpusId}" (looked for ${[...new Set(candidates)].join(', ')}).`,
    )
  }

  /** Whether a corpus can be searched now. */
  async indexed(info: CorpusInfo): Promise<boolean> {
    return this.fresh(`indexed/${info.id}`, async () => {
      try {
        const model = await readModelInfo(modelFolder(this.home, await this.modelOf(info.id)))
        await using store = await openIndex({
          root: indexRoot(this.home),
          corpus: info,
          encoder: { id: model.encoderId, dim: model.config.embedding },
        })
        return await isIndexed(store, info)
      } catch (error) {
        if (error instanceof AnamnesisError) return false
        throw error
      }
    })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const { corpus } of this.corpora.values()) {
      await corpus.then((open) => open[Symbol.asyncDispose]()).catch(() => undefined)
    }
    this.corpora.clear()
  }
}

/** The suite of a stored run; null when the product no longer has it. */
export function suiteOrNull(id: string): SuiteDefinition | null {
  try {
    return findSuite(id)
  } catch {
    return null
  }
}

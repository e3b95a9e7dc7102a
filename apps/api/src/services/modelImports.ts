import { type ChildProcess, fork } from 'node:child_process'
import { createHash, randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { AnamnesisError, slug } from '@anamnesis/core/contracts'
import type { Logger } from 'pino'
import { z } from 'zod'
import type { Database, ModelImportRow } from '../db/client.ts'
import { abortable } from '../events/abortable.ts'
import { Bell } from '../events/hub.ts'
import type { FromModelImport, ModelImportRequest } from '../jobs/importModelProtocol.ts'
import type { Catalog } from './catalog.ts'
import { resolveSource } from './modelSources.ts'
import { canonical } from './runs.ts'

const importInput = z.object({
  source: z.string().trim().min(1).max(1000),
  key: slug,
  activation: z
    .enum(['gelu', 'quickGelu'])
    .nullish()
    .transform((value) => value ?? null),
  tokenizer: z
    .string()
    .trim()
    .max(1000)
    .nullish()
    .transform((value) => value || null),
  idempotencyKey: z.string().min(1).max(200),
})
export type ImportInput = z.input<typeof importInput>

/** An import that nobody touched for this long ended with its server. Milliseconds. */
const SILENT_MS = 30_000
const TOUCH_MS = 5000
/** Progress is stored this often at most. Milliseconds. */
const STORE_MS = 400
/** Longest line of waiting imports: they run one at a time. */
const MAX_WAITING = 20
const ACTIVE = ['WAITING', 'RUNNING']

const isOver = ({ state }: Pick<ModelImportRow, 'state'>) => !ACTIVE.includes(state)

/** Imports of checkpoints into this installation: started, followed, found. Each runs in a process of its own. */
export class ModelImports implements AsyncDisposable {
  private readonly bells = new Set<Bell>()
  private line: Promise<void> = Promise.resolve()
  private readonly own = new Set<string>()
  private readonly touching: NodeJS.Timeout
  private child: ChildProcess | null = null
  private closed = false

  constructor(
    private readonly db: Database,
    private readonly catalog: Catalog,
    private readonly log: Logger,
    private readonly entry = join(import.meta.dirname, '..', 'jobs', 'import-model-child.ts'),
  ) {
    this.touching = setInterval(() => void this.touch(), TOUCH_MS)
    this.touching.unref()
  }

  /**
   * Lines an import up. The same key with the same input gives the import that is there.
   * @throws BAD_INPUT, NOT_ALLOWED, NOT_FOUND, CONFLICT, TOO_LARGE, each naming the field
   */
  async start(raw: ImportInput): Promise<ModelImportRow> {
    const { idempotencyKey, ...input } = parseInput(raw)
    const inputHash = createHash('sha256').update(canonical(input)).digest('hex')
    const before = await this.db.modelImport.findUnique({ where: { idempotencyKey } })
    if (before) return again(before, inputHash)
    const path = await resolveSource(this.catalog.home, input.source)
    const tokenizer = input.tokenizer ? await resolveSource(this.catalog.home, input.tokenizer, 'tokenizer') : null
    try {
      await this.checkFree(input.key)
    } catch (error) {
      // Two equal requests at once: the id is taken by the first of them.
      const first = await this.db.modelImport.findUnique({ where: { idempotencyKey } })
      if (first) return again(first, inputHash)
      throw error
    }
    const { tokenizer: _file, ...columns } = input
    const now = new Date()
    const data = {
      id: randomUUID(),
      idempotencyKey,
      inputHash,
      ...columns,
      state: 'WAITING',
      createdAt: now,
      updatedAt: now,
    }
    const { count } = await this.db.modelImport.createMany({ data: [data], skipDuplicates: true })
    const row = await this.db.modelImport.findUniqueOrThrow({ where: { idempotencyKey } })
    if (count === 0) return again(row, inputHash)
    this.own.add(row.id)
    const request: ModelImportRequest = {
      path,
      source: input.source,
      id: input.key,
      activation: input.activation,
      tokenizer,
      targetRoot: join(this.catalog.home, 'models'),
    }
    this.line = this.line
      .then(() => this.run(row.id, request))
      .catch((error: unknown) => {
        this.log.error({ error: String(error) }, 'import could not be looked after')
      })
    return row
  }

  private async checkFree(key: string): Promise<void> {
    if (await this.catalog.models.exists(key)) {
      throw new AnamnesisError('CONFLICT', `There is a model "${key}" already. Choose another id.`, { field: 'key' })
    }
    const active = await this.db.modelImport.findMany({
      where: { state: { in: ACTIVE }, updatedAt: { gt: new Date(Date.now() - SILENT_MS) } },
      select: { key: true },
    })
    if (active.some((other) => other.key === key)) {
      throw new AnamnesisError('CONFLICT', `A model "${key}" is being imported. Wait for it, or choose another id.`, {
        field: 'key',
      })
    }
    if (active.length >= MAX_WAITING) {
      throw new AnamnesisError(
        'TOO_LARGE',
        `${active.length} imports are waiting already. Try again when some are done.`,
      )
    }
  }

  private async run(id: string, request: ModelImportRequest): Promise<void> {
    try {
      if (this.closed) return
      await this.change(id, { state: 'RUNNING', startedAt: new Date() })
      const end = await this.inChild(id, request)
      const finished = { finishedAt: new Date(), stage: null }
      if (end.type === 'done') {
        this.catalog.changed()
        await this.change(id, { ...finished, state: 'SUCCEEDED', encoderId: end.encoderId })
      } else {
        await this.change(id, { ...finished, state: 'FAILED', errorCode: end.code, message: end.message })
      }
    } finally {
      this.own.delete(id)
    }
  }

  /** Runs the import process to its end. */
  private async inChild(
    id: string,
    request: ModelImportRequest,
  ): Promise<Exclude<FromModelImport, { type: 'progress' }>> {
    const child = fork(this.entry, [JSON.stringify(request)], {
      execArgv: ['--import', 'tsx'],
      stdio: ['ignore', 2, 2, 'ipc'],
    })
    this.child = child
    let end: Exclude<FromModelImport, { type: 'progress' }> | null = null
    let stored = 0
    let storing: Promise<unknown> = Promise.resolve()
    child.on('message', (message: FromModelImport) => {
      if (message.type !== 'progress') {
        end = message
        return
      }
      if (Date.now() - stored < STORE_MS) return
      stored = Date.now()
      const { what, done, total } = message.progress
      storing = storing
        .then(() => this.change(id, { stage: what, done, total }))
        .catch((error: unknown) => this.log.warn({ error: String(error) }, 'progress of an import not stored'))
    })
    await new Promise<void>((resolve) => {
      child.once('close', () => resolve())
      child.once('error', (error) => {
        this.log.error({ error: error.message }, 'import process')
        resolve()
      })
    })
    this.child = null
    await storing
    const ended = this.closed
      ? 'The server was shut down while it imported.'
      : 'The import process ended early (see the log).'
    return (
      end ?? {
        type: 'failed',
        code: this.closed ? 'STOPPED' : 'INTERNAL',
        message: `${ended} Nothing was imported; try again.`,
      }
    )
  }

  private async change(id: string, data: Partial<ModelImportRow>): Promise<void> {
    await this.db.modelImport.update({ where: { id }, data: { ...data, updatedAt: new Date() } })
    for (const bell of this.bells) bell.ring()
  }

  /** Shows that this server still looks after its imports. */
  private async touch(): Promise<void> {
    if (this.own.size === 0) return
    const where = { id: { in: [...this.own] } }
    await this.db.modelImport.updateMany({ where, data: { updatedAt: new Date() } }).catch(() => undefined)
  }

  /** One more than `first` rows, newest first. @param after id of the row to go on behind */
  async list(first: number, after: string | null): Promise<{ rows: ModelImportRow[]; totalCount: number }> {
    const [rows, totalCount] = await Promise.all([
      this.db.modelImport.findMany({
        orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
        take: first + 1,
        ...(after === null ? {} : { cursor: { id: after }, skip: 1 }),
      }),
      this.db.modelImport.count(),
    ])
    return { rows: rows.map(seenNow), totalCount }
  }

  async byId(id: string): Promise<ModelImportRow | null> {
    const row = await this.db.modelImport.findUnique({ where: { id } })
    return row && seenNow(row)
  }

  /** The import as it is and after every change, until it is over. Works for imports of other servers too. */
  follow(id: string): AsyncGenerator<ModelImportRow, void> {
    return abortable((signal) => this.followUntil(id, signal))
  }

  private async *followUntil(id: string, signal: AbortSignal): AsyncGenerator<ModelImportRow, void> {
    const bell = new Bell()
    this.bells.add(bell)
    signal.addEventListener('abort', bell.ring)
    try {
      let told = ''
      while (!signal.aborted) {
        const row = await this.byId(id)
        if (!row) return
        const { updatedAt: _, ...facts } = row
        if (JSON.stringify(facts) !== told) yield row
        told = JSON.stringify(facts)
        if (isOver(row)) return
        await bell.wait(1000)
      }
    } finally {
      this.bells.delete(bell)
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.closed = true
    clearInterval(this.touching)
    this.child?.kill('SIGKILL')
    const left = [...this.own]
    await this.line
    const where = { id: { in: left }, state: { in: ACTIVE } }
    const data = {
      state: 'FAILED',
      errorCode: 'STOPPED',
      message: 'The server was shut down. Import again.',
      finishedAt: new Date(),
    }
    await this.db.modelImport.updateMany({ where, data })
  }
}

/** An import whose server is gone counts as failed. */
function seenNow(row: ModelImportRow): ModelImportRow {
  if (isOver(row) || Date.now() - row.updatedAt.getTime() < SILENT_MS) return row
  return {
    ...row,
    state: 'FAILED',
    errorCode: 'WORKER_LOST',
    message: 'The server ended while it imported. Nothing was imported; import again.',
    finishedAt: row.updatedAt,
  }
}

function parseInput(raw: ImportInput): z.output<typeof importInput> {
  const parsed = importInput.safeParse(raw)
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]!
  const field = issue.path.join('.')
  throw new AnamnesisError('BAD_INPUT', `Input "${field}" is wrong: ${issue.message}.`, { field })
}

function again(row: ModelImportRow, inputHash: string): ModelImportRow {
  if (row.inputHash === inputHash) return seenNow(row)
  throw new AnamnesisError(
    'CONFLICT',
    'This idempotency key was used with another input. Take a new key for a new import.',
    { field: 'idempotencyKey' },
  )
}

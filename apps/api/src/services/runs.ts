import { createHash, randomUUID } from 'node:crypto'
import { findOrder, findSuite, orderHash } from '@anamnesis/core/benchmarks'
import { AnamnesisError, RUN_STATES, type RunConfig, type RunState } from '@anamnesis/core/contracts'
import { methodById } from '@anamnesis/core/methods'
import { configHash, resolveRunConfig } from '@anamnesis/core/train'
import { z } from 'zod'
import type { Database, Prisma, RunRow, Transaction } from '../db/client.ts'
import { changeRun, storeFirst } from '../events/store.ts'
import { MAX_LOSSES, released, stateEvent } from '../jobs/lease.ts'
import type { RunQueue } from '../jobs/queue.ts'
import type { Catalog } from './catalog.ts'
import { readableKey } from './runName.ts'

const record = z.record(z.string(), z.unknown())
const startInput = z.object({
  suite: z.string().min(1).max(200),
  order: z.string().min(1).max(200).nullish(),
  method: z.string().min(1).max(200),
  seed: z.number().int().nullish(),
  parameters: record.nullish(),
  addOns: z.record(z.string(), record).nullish(),
  settings: record.nullish(),
  name: z.string().trim().max(200).nullish(),
  idempotencyKey: z.string().min(1).max(200),
})
export type StartInput = z.input<typeof startInput>

/** What `settings` may not say, since the input has a field for it. */
const OWN_FIELDS = ['suite', 'order', 'method', 'parameters', 'addOns']

export interface RunListOptions {
  first: number
  after: RunCursor | null
  filter: { suite?: string | null; methods?: string[] | null; states?: string[] | null; text?: string | null }
  sort: { field: 'createdAt' | 'finishedAt'; descending: boolean }
}
/** Place in a sorted list: the sort value (ISO, null where there is none) and the id that breaks ties. */
interface RunCursor {
  value: string | null
  id: string
}

/** Runs: made, stopped, found. */
export class RunService {
  constructor(
    private readonly db: Database,
    private readonly queue: RunQueue,
    private readonly catalog: Catalog,
  ) {}

  /**
   * Makes a run and lines it up. The same key with the same input gives the run that is there.
   * @throws UNKNOWN_SUITE, UNKNOWN_METHOD, UNKNOWN_MODEL, BAD_PARAMETERS, BAD_INPUT, MISSING_DATA, CONFLICT, each naming the field
   */
  async start(raw: StartInput): Promise<RunRow> {
    const input = parseStart(raw)
    const { idempotencyKey, ...rest } = input
    const inputHash = createHash('sha256').update(canonical(rest)).digest('hex')
    const before = await this.db.idempotencyKey.findUnique({ where: { key: idempotencyKey } })
    if (before) return this.again(this.db, before, inputHash)

    const { config, columns } = await this.plan(input)
    return this.db.$transaction(
      async (tx) => {
        const id = randomUUID()
        // Two equal requests at once: the second waits here for the first and then finds its key.
        const { count } = await tx.idempotencyKey.createMany({
          data: [{ key: idempotencyKey, inputHash, runId: id }],
          skipDuplicates: true,
        })
        if (count === 0) {
          const other = await tx.idempotencyKey.findUniqueOrThrow({ where: { key: idempotencyKey } })
          return this.again(tx, other, inputHash)
        }
        const row = await tx.run.create({
          data: {
            id,
            ...columns,
            key: await freeKey(tx),
            config: config as Prisma.InputJsonObject,
            createdAt: new Date(),
            state: 'QUEUED',
          },
        })
        await storeFirst(tx, row, [stateEvent('QUEUED')])
        await this.queue.add(tx, id)
        return tx.run.findUniqueOrThrow({ where: { id } })
      },
      { timeout: 30_000, maxWait: 30_000 },
    )
  }

  /** Checks a start against suite, method and what is imported. */
  private async plan(input: z.output<typeof startInput>) {
    const suite = named('suite', () => findSuite(input.suite))
    const method = methodById(input.method)
    const settings = input.settings ?? {}
    const doubled = OWN_FIELDS.find((field) => field in settings)
    if (doubled) {
      throw new AnamnesisError('BAD_INPUT', `Say "${doubled}" in the input itself, not in settings.`, {
        field: `settings.${doubled}`,
      })
    }
    const config = resolveRunConfig(
      {
        ...settings,
        method: method.id,
        parameters: input.parameters ?? {},
        addOns: input.addOns ?? {},
        ...(input.order ? { order: input.order } : {}),
        ...(input.seed === null || input.seed === undefined ? {} : { seed: input.seed }),
      },
      suite,
    )
    const modelId = config.model ?? suite.modelId
    if (modelId !== suite.modelId) await this.catalog.models.require(modelId, 'settings.model')
    const reason = await this.catalog.unavailableReason(suite, method.reference !== 'none', modelId)
    if (reason)
      throw new AnamnesisError('MISSING_DATA', `Suite "${suite.id}" cannot run. ${reason}`, { field: 'suite' })
    const order = findOrder(suite, config.order)
    const names = new Map((await this.catalog.suiteTasks(suite)).map(({ task }) => [task.id, task.name]))
    return {
      config,
      columns: {
        name: input.name || `${method.title} on ${suite.title}, seed ${config.seed}`,
        suite: suite.id,
        order: order.id,
        orderHash: orderHash(order),
        method: method.id,
        seed: config.seed,
        tasks: order.taskIds.map((id) => ({ id, name: names.get(id) ?? id })),
        configHash: configHash(config),
        comparisonHash: configHash({ ...config, seed: 0 }),
        maxLosses: MAX_LOSSES,
        totalSteps: method.trains ? config.stepsPerTask * order.taskIds.length : 0,
      },
    }
  }

  private async again(db: Transaction, key: { runId: string; inputHash: string }, inputHash: string): Promise<RunRow> {
    if (key.inputHash !== inputHash) {
      throw new AnamnesisError(
        'CONFLICT',
        'This idempotency key was used with another input. Take a new key for a new run.',
        {
          field: 'idempotencyKey',
        },
      )
    }
    return db.run.findUniqueOrThrow({ where: { id: key.runId } })
  }

  /**
   * Asks a run to stop. A waiting run stops at once; one at work is STOP_REQUESTED until its worker acknowledges.
   * Asking again changes nothing. @throws NOT_FOUND, CONFLICT when the run is over
   */
  async stop(id: string, reason: string | null): Promise<RunRow> {
    const text = reason?.trim().slice(0, 500) || null
    await changeRun(this.db, id, ({ row, state, final }) => {
      if (state === 'STOP_REQUESTED') return null
      if (final) {
        throw new AnamnesisError('CONFLICT', `Run ${row.key} is over (${state}); there is nothing to stop.`, {
          field: 'runId',
        })
      }
      const events = [stateEvent('STOP_REQUESTED', text)]
      // Nobody works on it, so nobody has to acknowledge.
      if (!row.leaseOwner) events.push(stateEvent('STOPPED', text))
      return { events, columns: row.leaseOwner ? {} : released }
    })
    return this.db.run.findUniqueOrThrow({ where: { id } })
  }

  byId(id: string): Promise<RunRow | null> {
    return this.db.run.findUnique({ where: { id } })
  }

  byKey(key: string): Promise<RunRow | null> {
    return this.db.run.findUnique({ where: { key } })
  }

  /** One more than `first` rows, so that the caller sees whether there are further ones. */
  async list(options: RunListOptions): Promise<{ rows: RunRow[]; totalCount: number }> {
    const { field, descending } = options.sort
    const direction = descending ? 'desc' : 'asc'
    const where = matching(options.filter)
    const [rows, totalCount] = await Promise.all([
      this.db.run.findMany({
        where: options.after ? { AND: [where, past(options.after, field, descending)] } : where,
        orderBy: [
          field === 'finishedAt'
            ? { finishedAt: { sort: direction, nulls: descending ? 'first' : 'last' } }
            : { createdAt: direction },
          { id: direction },
        ],
        take: options.first + 1,
      }),
      this.db.run.count({ where }),
    ])
    return { rows, totalCount }
  }
}

function parseStart(raw: StartInput): z.output<typeof startInput> {
  const parsed = startInput.safeParse(raw)
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]!
  const field = issue.path.join('.')
  throw new AnamnesisError('BAD_INPUT', `Input "${field}" is wrong: ${issue.message}.`, { field })
}

function named<T>(field: string, find: () => T): T {
  try {
    return find()
  } catch (error) {
    if (error instanceof AnamnesisError && error.field === null) {
      throw new AnamnesisError(error.code, error.message, { field, cause: error })
    }
    throw error
  }
}

async function freeKey(tx: Transaction): Promise<string> {
  for (let i = 0; i < 20; i++) {
    const key = readableKey()
    if (!(await tx.run.findUnique({ where: { key }, select: { id: true } }))) return key
  }
  return `run-${randomUUID().slice(0, 13)}`
}

function matching(filter: RunListOptions['filter']): Prisma.RunWhereInput {
  const states = filter.states?.filter((state): state is RunState => RUN_STATES.includes(state as RunState))
  const text = filter.text?.trim()
  return {
    ...(filter.suite ? { suite: filter.suite } : {}),
    ...(filter.methods ? { method: { in: filter.methods } } : {}),
    ...(states ? { state: { in: states } } : {}),
    ...(text ? { OR: [{ name: like(text) }, { key: like(text) }] } : {}),
  }
}

const like = (text: string) => ({ contains: text, mode: 'insensitive' as const })

/** Rows after a cursor. Runs without the sort value count as newest. */
function past(cursor: RunCursor, field: 'createdAt' | 'finishedAt', descending: boolean): Prisma.RunWhereInput {
  const beyond = descending ? 'lt' : 'gt'
  const tie = { [field]: cursor.value === null ? null : new Date(cursor.value), id: { [beyond]: cursor.id } }
  if (cursor.value === null) return descending ? { OR: [tie, { NOT: { [field]: null } }] } : tie
  const further = { [field]: { [beyond]: new Date(cursor.value) } }
  return { OR: field === 'finishedAt' && !descending ? [further, tie, { finishedAt: null }] : [further, tie] }
}

/** JSON with sorted keys: equal inputs give equal text. */
export function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`
  if (value === null || typeof value !== 'object') return JSON.stringify(value) ?? 'null'
  const entries = Object.entries(value)
    .filter(([, item]) => item !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
  return `{${entries.map(([key, item]) => `${JSON.stringify(key)}:${canonical(item)}`).join(',')}}`
}

/** The resolved config of a stored run. */
export const configOf = (row: RunRow) => row.config as RunConfig

import { RUN_STATES, type RunState as State } from '@anamnesis/core/contracts'
import { Field, Float, Int, ObjectType, registerEnumType } from 'type-graphql'
import type { RunRow } from '../../db/client.ts'
import { configOf } from '../../services/runs.ts'
import { connectionType } from '../connection.ts'
import { toGlobalId } from '../globalId.ts'
import { Node } from '../node/type.ts'
import { DateTimeScalar, JSONScalar } from '../scalars.ts'

export const RunState = Object.fromEntries(RUN_STATES.map((state) => [state, state])) as { [S in State]: S }
registerEnumType(RunState, {
  name: 'RunState',
  valuesConfig: {
    STALE: { description: 'The heartbeat of the worker is overdue; not yet given up.' },
    LOST: { description: 'The worker was lost; goes back to QUEUED from its last checkpoint while attempts are left.' },
  },
})

@ObjectType()
export class MatrixCell {
  @Field(() => Int, { description: 'After this many tasks; 0 is before any training.' })
  row!: number

  @Field(() => Int, { description: 'Position of the evaluated task, from 1.' })
  column!: number

  @Field(() => String)
  taskKey!: string

  @Field(() => Int)
  n!: number

  @Field(() => Float)
  accuracy!: number

  @Field(() => Float, { description: 'Lower end of the 95 % Wilson interval.' })
  low!: number

  @Field(() => Float)
  high!: number

  @Field(() => Float, { nullable: true })
  balancedAccuracy!: number | null

  @Field(() => Float, { nullable: true, description: 'Macro one-vs-rest area under the ROC curve.' })
  auc!: number | null

  @Field(() => [[Int]], { description: 'confusion[true][predicted], counts' })
  confusion!: number[][]
}

@ObjectType({ description: 'Rows 0..T, columns 1..T; only cells that have landed.' })
export class Matrix {
  @Field(() => [String])
  taskKeys!: string[]

  @Field(() => [String])
  taskNames!: string[]

  @Field(() => [MatrixCell])
  cells!: MatrixCell[]
}

@ObjectType()
export class Series {
  @Field(() => String)
  name!: string

  @Field(() => [Int])
  steps!: number[]

  @Field(() => [Float], { nullable: 'items' })
  values!: (number | null)[]

  @Field(() => Int, { description: 'Number of points before down-sampling.' })
  points!: number
}

@ObjectType()
export class MetricValue {
  @Field(() => String)
  key!: string

  @Field(() => Float, { nullable: true, description: 'Null while it cannot be computed.' })
  value!: number | null
}

@ObjectType()
export class ReferenceSummary {
  @Field(() => Int)
  task!: number

  @Field(() => String)
  taskKey!: string

  @Field(() => Int)
  size!: number

  @Field(() => JSONScalar, { description: 'Pairs per bag: task, domain, general.' })
  bags!: Record<string, number>

  @Field(() => Int)
  questions!: number

  @Field(() => String)
  indexVersion!: string

  @Field(() => Float)
  milliseconds!: number
}

@ObjectType()
export class Checkpoint {
  @Field(() => Int)
  task!: number

  @Field(() => Int)
  step!: number

  @Field(() => String)
  digest!: string

  @Field(() => Float)
  bytes!: number

  @Field(() => [String])
  state!: string[]

  @Field(() => DateTimeScalar)
  at!: Date
}

@ObjectType({ implements: Node, description: 'One method on one suite, order and seed.' })
export class Run extends Node {
  @Field(() => String, { description: 'A short readable name, like "brisk-otter-12".' })
  key!: string

  @Field(() => String)
  name!: string

  @Field(() => RunState)
  state!: State

  @Field(() => String, { nullable: true })
  stateReason!: string | null

  @Field(() => String, { nullable: true, description: 'Code of the error that ended the run.' })
  errorCode!: string | null

  @Field(() => Int)
  seed!: number

  @Field(() => JSONScalar, { description: 'Everything resolved, defaults included.' })
  config!: unknown

  @Field(() => String, { description: 'Key of the base model that it starts from.' })
  modelKey!: string

  @Field(() => String, {
    nullable: true,
    description: 'The very weights that it started from. Null until the run starts.',
  })
  encoderId!: string | null

  @Field(() => String)
  configHash!: string

  @Field(() => JSONScalar, {
    description:
      'Backend and version, model, encoder, index version, data digests, commit, lock digest. Empty until the run starts.',
  })
  provenance!: unknown

  @Field(() => DateTimeScalar)
  createdAt!: Date

  @Field(() => DateTimeScalar, { nullable: true })
  startedAt!: Date | null

  @Field(() => DateTimeScalar, { nullable: true })
  finishedAt!: Date | null

  @Field(() => DateTimeScalar, { nullable: true })
  heartbeatAt!: Date | null

  @Field(() => Int, { description: 'How often a worker took the run.' })
  attempt!: number

  @Field(() => Int, { description: 'Position of the task in work, 0 before the first.' })
  task!: number

  @Field(() => Int)
  step!: number

  @Field(() => Int, { description: '0 for a method that does not train.' })
  totalSteps!: number

  @Field(() => Int)
  lastSeq!: number

  @Field(() => [String])
  seriesNames!: string[]

  row!: RunRow
}

export function toRun(row: RunRow): Run {
  const { key, name, stateReason, errorCode, seed, configHash, provenance, createdAt, startedAt, finishedAt } = row
  const { heartbeatAt, attempt, task, step, totalSteps, lastSeq, seriesNames } = row
  const plain = { key, name, stateReason, errorCode, seed, configHash, provenance, createdAt, startedAt, finishedAt }
  return Object.assign(new Run(), {
    ...plain,
    ...{ heartbeatAt, attempt, task, step, totalSteps, lastSeq, seriesNames },
    id: toGlobalId('Run', row.id),
    state: row.state as State,
    config: configOf(row),
    modelKey: configOf(row).model ?? '',
    encoderId: encoderOf(provenance),
    row,
  })
}

function encoderOf(provenance: unknown): string | null {
  const { encoderId } = provenance as { encoderId?: unknown }
  return typeof encoderId === 'string' ? encoderId : null
}

/** The tasks of a stored run in its order. */
export const tasksOf = (row: RunRow) => row.tasks as unknown as { id: string; name: string }[]

export const RunConnection = connectionType('Run', Run)

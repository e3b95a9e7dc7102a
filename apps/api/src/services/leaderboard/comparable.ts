import { createHash } from 'node:crypto'
import { methodById } from '@anamnesis/core/methods'
import type { RunRow } from '../../db/client.ts'
import { canonical, configOf } from '../runs.ts'

/** What two runs must have in common for their numbers to be compared. */
interface Conditions {
  stepsPerTask: number
  /** Test images per task; null evaluates all. */
  evalLimit: number | null
  model: string
  /** Digest of the base model's weights; null where the run did not get far enough to say. */
  modelDigest: string | null
  /** Digest over the digests of all task data; null as above. */
  dataDigest: string | null
}

/** Runs on one footing. */
export interface ComparableGroup {
  key: string
  conditions: Conditions
  rows: RunRow[]
}

interface Provenance {
  model?: { digest?: string }
  data?: Record<string, string>
  method?: { version?: number }
}
const provenanceOf = (row: RunRow) => row.provenance as Provenance

/**
 * Runs by the conditions they were made under, the largest group first, then the newest. A method that does not train
 * takes no steps: its runs stand in every group that differs in nothing but the steps.
 */
export function comparableGroups(rows: readonly RunRow[]): ComparableGroup[] {
  const groups = new Map<string, ComparableGroup>()
  const stepless: RunRow[] = []
  for (const row of rows) {
    if (trains(row.method)) addTo(row, conditionsOf(row))
    else stepless.push(row)
  }
  const trained = [...groups.values()]
  for (const row of stepless) {
    const own = conditionsOf(row)
    const fitting = trained.filter(
      ({ conditions }) => digest({ ...conditions, stepsPerTask: 0 }) === digest({ ...own, stepsPerTask: 0 }),
    )
    if (fitting.length === 0) addTo(row, own)
    for (const { conditions } of fitting) addTo(row, conditions)
  }
  const newest = ({ rows }: ComparableGroup) => Math.max(...rows.map(({ createdAt }) => createdAt.getTime()))
  return [...groups.values()].sort((a, b) => b.rows.length - a.rows.length || newest(b) - newest(a))

  function addTo(row: RunRow, conditions: Conditions): void {
    const key = digest(conditions)
    const group = groups.get(key) ?? { key, conditions, rows: [] }
    groups.set(key, group)
    group.rows.push(row)
  }
}

function conditionsOf(row: RunRow): Conditions {
  const { stepsPerTask, evalLimit, model } = configOf(row)
  const { model: weights, data } = provenanceOf(row)
  return {
    stepsPerTask,
    evalLimit,
    model: model ?? '',
    modelDigest: weights?.digest ?? null,
    dataDigest: data ? digest(data) : null,
  }
}

/** True also for methods that the product no longer has. */
export function trains(method: string): boolean {
  try {
    return methodById(method).trains
  } catch {
    return true
  }
}

/**
 * What makes two runs seeds and orders of one experiment: method, its version and every setting but seed and order. The
 * steps of a method that takes none do not matter. Settings that are empty count as absent.
 */
export function experimentOf(row: RunRow): { key: string; config: Record<string, unknown> } {
  const { seed: _, order: __, ...stored } = configOf(row)
  const config = { ...stored, parameters: completed(row.method, stored.parameters) }
  const own = trains(row.method) ? config : { ...config, stepsPerTask: undefined }
  const said = Object.fromEntries(Object.entries(own).filter(([, value]) => !isEmpty(value)))
  const version = provenanceOf(row).method?.version ?? null
  return { key: `${row.method}-${digest({ ...said, version })}`, config }
}

/** A method may have got further parameters since; their defaults are what the run did. */
function completed(method: string, parameters: Record<string, unknown>): Record<string, unknown> {
  try {
    return methodById(method).parse(parameters)
  } catch {
    return parameters // a method or a parameter that is no more
  }
}

const isEmpty = (value: unknown) =>
  value === null || value === undefined || (typeof value === 'object' && Object.keys(value).length === 0)

function digest(value: object): string {
  return createHash('sha256').update(canonical(value)).digest('hex').slice(0, 12)
}

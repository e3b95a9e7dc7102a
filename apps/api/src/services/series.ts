import type { Database } from '../db/client.ts'
import { Prisma } from '../db/generated/client.ts'

/** One metric over the steps of a run, as columns. */
export interface SeriesColumns {
  name: string
  steps: number[]
  values: (number | null)[]
  /** Number of points before down-sampling. */
  points: number
}

/** Curves of a run from its step events, each down-sampled to about `maxPoints`. */
export async function readSeries(
  db: Database,
  runId: string,
  names: readonly string[],
  maxPoints: number,
): Promise<SeriesColumns[]> {
  const unique = [...new Set(names)]
  if (unique.length === 0) return []
  const columns = unique.map(
    (name, i) =>
      Prisma.sql`(payload->'values'->>${name})::float8 as ${Prisma.raw(`v${i}`)}, jsonb_exists(payload->'values', ${name}) as ${Prisma.raw(`e${i}`)}`,
  )
  const rows = await db.$queryRaw<Record<string, number | boolean | null>[]>`
    select (payload->>'step')::int as step, ${Prisma.join(columns)}
    from "RunEvent" where "runId" = ${runId}::uuid and type = 'step' order by seq`
  return unique.map((name, i) => {
    const steps: number[] = []
    const values: (number | null)[] = []
    for (const row of rows) {
      if (!row[`e${i}`]) continue
      const step = row.step as number
      // A resumed run goes back to its checkpoint: what was told after that is told again.
      while (steps.length > 0 && steps.at(-1)! >= step) {
        steps.pop()
        values.pop()
      }
      steps.push(step)
      values.push(row[`v${i}`] as number | null)
    }
    return { name, points: steps.length, ...downsample(steps, values, maxPoints) }
  })
}

/**
 * Keeps the smallest and the largest value of equally wide buckets, so that no peak is lost, and the first and last point.
 * @returns at most max(4, maxPoints) points, in order
 */
export function downsample(steps: readonly number[], values: readonly (number | null)[], maxPoints: number) {
  const n = steps.length
  const limit = Math.max(4, maxPoints)
  if (n <= limit) return { steps: [...steps], values: [...values] }
  const buckets = Math.floor((limit - 2) / 2)
  const kept = [0]
  for (let bucket = 0; bucket < buckets; bucket++) {
    const from = 1 + Math.floor((bucket * (n - 2)) / buckets)
    const to = 1 + Math.floor(((bucket + 1) * (n - 2)) / buckets)
    let low = -1
    let high = -1
    for (let i = from; i < to; i++) {
      const value = values[i]
      if (value === null || value === undefined) continue
      if (low < 0 || value < values[low]!) low = i
      if (high < 0 || value > values[high]!) high = i
    }
    // A bucket of unknown values stays a hole in the curve.
    if (low < 0) kept.push(from)
    else kept.push(...(low === high ? [low] : [Math.min(low, high), Math.max(low, high)]))
  }
  kept.push(n - 1)
  return { steps: kept.map((i) => steps[i]!), values: kept.map((i) => values[i]!) }
}

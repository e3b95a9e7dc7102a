import { setTimeout as sleep } from 'node:timers/promises'
import { AnamnesisError } from '../../contracts/index.ts'
import type { IndexRow } from '../store.ts'
import { type Cluster, pause } from './cluster.ts'
import { documentId, rowDocument } from './documents.ts'

/** Bulk requests under way at a time; rows are taken from their source only when one has ended. */
const REQUESTS = 2
/** Size of one request: rows, and numbers in their vectors. */
const ROWS = 500
const NUMBERS = 500_000
/** Item errors that pass: too busy, or the copy of a shard is away. */
const PASSING = new Set([429, 503])

/**
 * Writes rows through the alias `target`, which must exist: a request never makes an index by accident.
 * @returns number of rows taken @throws STORE_UNAVAILABLE, BAD_INPUT naming the figure that is refused
 */
export async function writeRows(
  cluster: Cluster,
  target: string,
  rows: AsyncIterable<IndexRow> | Iterable<IndexRow>,
): Promise<number> {
  const perRequest = (dim: number) => Math.max(1, Math.min(ROWS, Math.floor(NUMBERS / (2 * dim))))
  const underWay = new Set<Promise<void>>()
  const ids = new Set<string>() // of the requests under way
  let failure: { error: unknown } | null = null
  let batch: IndexRow[] = []
  let written = 0
  const send = async () => {
    while (underWay.size >= REQUESTS) await Promise.race(underWay)
    if (failure !== null) throw failure.error
    const rows = batch
    for (const row of rows) ids.add(row.figure.id)
    const request = writeBatch(cluster, target, rows)
      .catch((error: unknown) => {
        failure ??= { error }
      })
      .finally(() => {
        underWay.delete(request)
        for (const row of rows) ids.delete(row.figure.id)
      })
    underWay.add(request)
    batch = []
  }
  try {
    for await (const row of rows) {
      // Requests overtake each other: a row that is written again waits for its first writing.
      if (ids.has(row.figure.id)) await Promise.all(underWay)
      batch.push(row)
      written++
      if (batch.length >= perRequest(row.captionVector.length)) await send()
    }
    if (batch.length > 0) await send()
  } finally {
    await Promise.all(underWay)
  }
  const ended = failure as { error: unknown } | null
  if (ended !== null) throw ended.error
  return written
}

/** Repeats what the cluster was too busy for, until all is written. */
async function writeBatch(cluster: Cluster, index: string, rows: readonly IndexRow[]): Promise<void> {
  let left = [...new Map(rows.map((row) => [row.figure.id, row])).values()] // the last one of an id wins
  const start = performance.now()
  for (let attempt = 0; ; attempt++) {
    const operations = left.flatMap((row) => [
      { index: { _index: index, _id: documentId(row.figure.id) } },
      rowDocument(row),
    ])
    const answer = await cluster.write('writing figures', (client) => client.bulk({ operations, require_alias: true }))
    if (!answer.errors) return
    const failed: IndexRow[] = []
    let reason = ''
    for (const [i, { index: item }] of answer.items.entries()) {
      const error = item?.error
      if (!error) continue
      reason = `${error.type}: ${error.reason ?? ''}`
      if (!PASSING.has(item.status)) {
        throw new AnamnesisError(
          item.status === 404 ? 'CONFLICT' : 'BAD_INPUT',
          `Elasticsearch refuses figure ${left[i]!.figure.id}: ${reason}`,
        )
      }
      failed.push(left[i]!)
    }
    if ((performance.now() - start) / 1000 >= cluster.settings.patience) {
      throw new AnamnesisError(
        'STORE_UNAVAILABLE',
        `Elasticsearch could not take ${failed.length} figures for ${cluster.settings.patience} s (${reason}). What was written is kept; index again when it is well.`,
      )
    }
    left = failed
    await sleep(pause(attempt))
  }
}

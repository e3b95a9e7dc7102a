import { hieraMedTransferRows } from './hieraMedTransfer.ts'
import { medXtremeRows } from './medXtreme.ts'
import { mtilRows } from './mtil.ts'
import type { PublishedRow } from './row.ts'

const rows: readonly PublishedRow[] = [...hieraMedTransferRows, ...medXtremeRows, ...mtilRows]

/**
 * Published results of a suite, in the order of their tables; empty where nothing is published. Orders that are not
 * published (cyclic shifts) have none.
 */
export function publishedRows(suiteId: string, orderIds: readonly string[]): readonly PublishedRow[] {
  return rows.filter(({ suite, order }) => suite === suiteId && orderIds.includes(order))
}

import { AnamnesisError } from '../contracts/index.ts'
import { avg } from './average.ts'
import { bwt, bwtTriangular } from './backwardTransfer.ts'
import {
  forgettingFromBest,
  forgettingFromFirst,
  forgettingFromPeak,
  forgettingLargestDrop,
  forgettingTriangular,
} from './forgetting.ts'
import { acc, auc, balancedAccuracyLast, last } from './last.ts'
import type { RunMatrix } from './matrix.ts'
import type { MetricDefinition } from './metric.ts'
import { transfer } from './transfer.ts'
import { zeroShotDegradation, zeroShotDrop } from './zeroShot.ts'

/** Every run metric, in the order boards show them. */
export const metrics: readonly MetricDefinition[] = [
  transfer,
  avg,
  last,
  acc,
  auc,
  balancedAccuracyLast,
  bwt,
  bwtTriangular,
  forgettingFromBest,
  forgettingFromFirst,
  forgettingTriangular,
  forgettingLargestDrop,
  forgettingFromPeak,
  zeroShotDrop,
  zeroShotDegradation,
]

/** @throws UNKNOWN_METRIC naming the known ids */
export function metricById(id: string): MetricDefinition {
  const found = metrics.find((metric) => metric.id === id)
  if (!found) {
    const known = metrics.map((metric) => metric.id).join(', ')
    throw new AnamnesisError('UNKNOWN_METRIC', `There is no metric "${id}". Known: ${known}.`, { field: 'metric' })
  }
  return found
}

/** Every metric of a run by id; null where a needed cell has not landed. */
export function computeMetrics(matrix: RunMatrix): Record<string, number | null> {
  return Object.fromEntries(metrics.map((metric) => [metric.id, metric.compute(matrix)]))
}

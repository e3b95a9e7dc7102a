import { AnamnesisError } from '../contracts/index.ts'
import { transfer9, xtreme6 } from './medMnist.ts'
import { hieraMedTransfer, medXtreme } from './mgtil.ts'
import { mtil } from './mtil.ts'
import { phantom3, phantom6 } from './phantom.ts'
import { real6 } from './real.ts'
import type { SuiteDefinition, SuiteOrder } from './suite.ts'
import { syntheticClustered, syntheticMesh } from './synthetic.ts'

export const suites: readonly SuiteDefinition[] = [
  phantom3,
  phantom6,
  real6,
  syntheticClustered,
  syntheticMesh,
  transfer9,
  xtreme6,
  hieraMedTransfer,
  medXtreme,
  mtil,
]

/** @throws UNKNOWN_SUITE listing what there is */
export function findSuite(id: string): SuiteDefinition {
  const found = suites.find((suite) => suite.id === id)
  if (found) return found
  throw new AnamnesisError(
    'UNKNOWN_SUITE',
    `There is no suite "${id}". Known: ${suites.map((suite) => suite.id).join(', ')}.`,
  )
}

/** @throws BAD_INPUT listing what there is */
export function findOrder(suite: SuiteDefinition, id: string): SuiteOrder {
  const found = suite.orders.find((order) => order.id === id)
  if (found) return found
  throw new AnamnesisError(
    'BAD_INPUT',
    `Suite "${suite.id}" has no order "${id}". Known: ${suite.orders.map((order) => order.id).join(', ')}.`,
    { field: 'order' },
  )
}

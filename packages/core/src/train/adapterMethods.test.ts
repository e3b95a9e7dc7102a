import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { EventPayload } from '../contracts/index.ts'
import { runTraining } from './loop.ts'
import { type TinyRun, tinyRun } from './testing/tinyRun.ts'

let tiny: TinyRun
beforeAll(async () => {
  tiny = await tinyRun()
})
afterAll(async () => tiny[Symbol.asyncDispose]())

/** Methods that keep what belongs to a task apart, and are not told the task when they score. */
const METHODS: [string, Record<string, number>][] = [
  ['moe-adapters', { rate: 10, experts: 4, bottleneck: 8, autoencoderSteps: 60 }],
  ['diki', { rate: 10 }],
  ['rail-primal', { units: 200 }],
  ['rail-dual', {}],
]

describe.each(METHODS)('%s on two tasks of coloured squares', (method, parameters) => {
  it('learns both and does not forget the first one', async () => {
    const cells: EventPayload<'eval.cell'>[] = []
    const config = { method, parameters, stepsPerTask: 30, learningRate: 0.003 }
    await runTraining(tiny.request(config, { checkpointFolder: join(tiny.folder, method) }), {
      emit: ({ type, payload }) => {
        if (type === 'eval.cell') cells.push(payload as EventPayload<'eval.cell'>)
      },
      stopRequested: () => false,
    })
    const accuracy = (row: number, column: number) =>
      cells.find((cell) => cell.row === row && cell.column === column)!.accuracy
    expect(accuracy(1, 1)).toBeGreaterThanOrEqual(0.8)
    expect(accuracy(2, 2)).toBeGreaterThanOrEqual(0.7)
    expect(accuracy(2, 1)).toBeGreaterThanOrEqual(accuracy(1, 1) - 0.1)
  })
})

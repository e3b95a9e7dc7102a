import { glob, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { NewEvent } from '../contracts/index.ts'
import { runTraining } from './loop.ts'
import { type TinyRun, tinyRun } from './testing/tinyRun.ts'

let tiny: TinyRun
beforeAll(async () => {
  tiny = await tinyRun()
})
afterAll(async () => tiny[Symbol.asyncDispose]())

it('raises an alarm when the index changes while the run is under way', async () => {
  const parameters = { referenceSize: 10, referenceBatch: 2, k: 5 }
  const request = tiny.request(
    { method: 'primed-dyn', parameters, stepsPerTask: 2 },
    { checkpointFolder: join(tiny.folder, 'alarmed') },
  )
  const events: NewEvent[] = []
  await runTraining(request, {
    emit: async (event) => {
      events.push(event)
      if (event.type !== 'task.started' || event.payload.task !== 1) return
      for await (const path of glob(join(request.indexFolder!, '**', 'index.json'))) {
        const mark = JSON.parse(await readFile(path, 'utf8')) as { indexVersion: string }
        await writeFile(path, JSON.stringify({ ...mark, indexVersion: 'f'.repeat(16) }))
      }
    },
    stopRequested: () => false,
  })
  const alarms = events.flatMap(({ type, payload }) => (type === 'alarm' ? [payload] : []))
  const built = events.flatMap(({ type, payload }) => (type === 'reference.built' ? [payload] : []))
  expect(alarms.map(({ name }) => name)).toEqual(['index.changed'])
  expect(alarms[0]!.text).toContain('f'.repeat(16))
  expect(built[1]!.indexVersion).toBe(built[0]!.indexVersion)
})

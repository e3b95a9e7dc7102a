import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { runConfig } from '../contracts/index.ts'
import { openPhantomFigures, openPhantomTask, phantoms } from '../importers/index.ts'
import { temporaryFolder } from '../importers/testing/sources.ts'
import { importDefinition, importSuite, missingParts } from './importSuite.ts'
import { findOrder, findSuite, suites } from './registry.ts'
import { orderHash, type SuiteDefinition } from './suite.ts'

describe.each(suites.map((suite) => [suite.id, suite] as const))('suite %s', (_, suite) => {
  test('has orders that are permutations, each with a hash of its own', () => {
    expect(suite.orders[0]).toMatchObject({ id: 'default', taskIds: suite.taskIds })
    for (const order of suite.orders) expect([...order.taskIds].sort()).toEqual([...suite.taskIds].sort())
    expect(new Set(suite.orders.map(orderHash)).size).toBe(suite.orders.length)
    expect(new Set(suite.orders.map(({ id }) => id)).size).toBe(suite.orders.length)
  })

  test('recommends settings that a run accepts', () => {
    expect(() => runConfig.parse({ suite: suite.id, method: 'any', ...suite.defaults })).not.toThrow()
  })
})

test('the phantom suites are made of phantoms', async () => {
  const known = new Set(phantoms.map(({ id }) => id))
  for (const taskId of findSuite('phantom-6').taskIds) expect(known).toContain(taskId)
  expect(findSuite('phantom-6').taskIds.slice(0, 3)).toEqual(findSuite('phantom-3').taskIds)
})

test('the order hash is the SHA-256 of the ids', () => {
  // printf '["a","b"]' | sha256sum
  expect(orderHash({ taskIds: ['a', 'b'] })).toBe('0473ef2dc0d324ab659d3580c1134e9d812035905c4781fdd6d529b0c6860e13')
})

test('names what is unknown with what there is', () => {
  expect(() => findSuite('x')).toThrow(/"x".*phantom-3/)
  expect(() => findOrder(findSuite('phantom-3'), 'x')).toThrow(/"x".*reversed/)
})

test('imports what is missing and nothing twice', async () => {
  await using temp = await temporaryFolder()
  const small: SuiteDefinition = {
    ...findSuite('phantom-3'),
    taskIds: ['phantom-fundus'],
    openTask: async (taskId) => openPhantomTask(taskId, { train: 2, val: 1, test: 1 }),
    openCorpus: async () => openPhantomFigures({ count: 10 }),
  }
  expect(await missingParts(small, temp.path)).toEqual({ taskIds: ['phantom-fundus'], corpusId: 'phantom-literature' })
  const seen = new Set<string>()
  const options = { home: temp.path, testData: null, onProgress: ({ what }: { what: string }) => void seen.add(what) }
  const first = await importDefinition(small, options)
  expect(first.map(({ written }) => written)).toEqual([true, true])
  expect([...seen]).toEqual(['task phantom-fundus', 'corpus phantom-literature'])
  const second = await importDefinition(small, options)
  expect(second.map(({ written }) => written)).toEqual([false, false])
  expect(second.map(({ info }) => info)).toEqual(first.map(({ info }) => info))
  expect(await missingParts(small, temp.path)).toEqual({ taskIds: [], corpusId: null })
})

test('the real suite says how to get its data', async () => {
  await using temp = await temporaryFolder()
  const importing = importSuite('real-6', { home: temp.path, testData: null })
  await expect(importing).rejects.toMatchObject({
    code: 'MISSING_DATA',
    message: expect.stringContaining('ANAMNESIS_TEST_DATA'),
  })
  await expect(importSuite('real-6', { home: temp.path, testData: temp.path })).rejects.toMatchObject({
    code: 'MISSING_DATA',
    message: expect.stringContaining('chest_xray_pneumonia'),
  })
})

test('the import command ends with an error code and one clear line', () => {
  const root = fileURLToPath(new URL('../../../../', import.meta.url))
  const run = (...words: string[]) =>
    spawnSync(process.execPath, ['--import', 'tsx', join(root, 'scripts/import.ts'), ...words], {
      cwd: root,
      encoding: 'utf8',
    })
  const unknown = run('suite', 'nowhere')
  expect([unknown.status, unknown.stderr.trim()]).toEqual([
    1,
    `UNKNOWN_SUITE: There is no suite "nowhere". Known: ${suites.map(({ id }) => id).join(', ')}.`,
  ])
  expect(run('--help')).toMatchObject({ status: 0, stdout: expect.stringContaining('pack-task') })
})

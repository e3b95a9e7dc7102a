import { spawnSync } from 'node:child_process'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { runConfig } from '../contracts/index.ts'
import {
  datasetFolder,
  medMnistSets,
  openDataset,
  openPhantomFigures,
  openPhantomTask,
  phantoms,
} from '../importers/index.ts'
import { imitation } from '../importers/medmnist/testing/imitation.ts'
import { imitations, writeImitation } from '../importers/public/testing/imitations.ts'
import { temporaryFolder } from '../importers/testing/sources.ts'
import { importDefinition, importSuite, missingParts } from './importSuite.ts'
import { findOrder, findSuite, suites } from './registry.ts'
import { orderHash, type SuiteDefinition } from './suite.ts'

describe.each(suites.map((suite) => [suite.id, suite] as const))('suite %s', (_, suite) => {
  test('has orders that are permutations, each with a hash of its own', () => {
    expect(suite.orders[0]!.taskIds).toEqual(suite.taskIds)
    expect(suite.orders[0]!.id).toBe(suite.defaults.order ?? 'default')
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

test.each([
  ['hiera-med-transfer', 'order-1', 'c049009b6c1c0c6286560461ecbc54ef94f60891c9cfdc19779a4e9b9c697198'],
  ['hiera-med-transfer', 'order-2', '142925160d7350d6dfa184610e90bf312f434136500b342e2f6643632ad0dc6a'],
  ['med-xtreme', 'order-1', 'e4b56fc5297ce0dd45570ae911cb96c27ff4be8cb7548fc0044136b253ed750e'],
  ['med-xtreme', 'order-2', '7d2c42e8ab878cf4a4eeee16dfd8d123554e3b247b0f3e4875b4687fb6cca929'],
  ['transfer-9', 'order-1', '8ccd37c40b04e38b82eeddb6d7736929be99afc0414561965548a2b2f45e57f2'],
  ['transfer-9', 'order-2', '8c123edf7fd9129c32817209391a76697647f26706c2f87c480a0763847bd9f2'],
  ['xtreme-6', 'order-1', 'adb48849c3867e7169b1cfaa33c686cb3b0e45f6cee4a96bcceed7b53a0642aa'],
  ['xtreme-6', 'order-2', '3c2d665a7e56236be474be4bbd8a66f0338840e44d3be939d838f5df8733a4a7'],
  ['mtil', 'order-1', '4b4c3dc42846624dad6463a2e52c95b9ee9a596c230b21f6c4d81a0e0f00148f'],
  ['mtil', 'order-2', '101c0ccade444e3b29b7d2e980d9c15a156db791532f8a0040a41cbb8f4c06d2'],
])('the published order of %s, %s never changes', (suiteId, orderId, hash) => {
  expect(orderHash(findOrder(findSuite(suiteId), orderId))).toBe(hash)
})

describe.each(['hiera-med-transfer', 'med-xtreme', 'transfer-9', 'xtreme-6', 'mtil'])('%s', (suiteId) => {
  const suite = findSuite(suiteId)

  test('says for every task where its data are and how to import them', async () => {
    for (const taskId of suite.taskIds) {
      await expect(suite.openTask(taskId, null)).rejects.toMatchObject({
        code: 'MISSING_DATA',
        message: expect.stringMatching(new RegExp(`"${taskId}".*https?://.*npm run import -- `)),
      })
    }
    await expect(suite.openTask('nowhere', null)).rejects.toMatchObject({ code: 'UNKNOWN_TASK' })
    expect(suite.commands?.tasks).toContain(`suite ${suiteId} --from`)
    expect(suite.commands?.model).toContain(`--id ${suite.modelId}`)
  })

  test('describes its tasks without their data', () => {
    for (const taskId of suite.taskIds) {
      const described = suite.describeTask!(taskId)
      if (suiteId !== 'mtil') expect(described).toMatchObject({ id: taskId, synthetic: false })
    }
  })
})

test('a suite has as many tasks and classes as published', () => {
  const classes = (id: string) =>
    findSuite(id).taskIds.map((taskId) => findSuite(id).describeTask!(taskId)!.classes.length)
  expect(classes('hiera-med-transfer')).toEqual([11, 4, 3, 2, 4, 2, 5, 2, 3])
  expect(classes('med-xtreme')).toEqual([8, 21, 33, 9, 15, 15])
  expect(classes('transfer-9')).toEqual([2, 14, 9, 8, 5, 4, 11, 11, 11])
  expect(classes('xtreme-6')).toEqual([8, 2, 7, 11, 9, 5])
  expect(findSuite('mtil').taskIds.length).toBe(11)
})

test('imports what is at hand and names everything that is missing', async () => {
  await using data = await temporaryFolder()
  await using home = await temporaryFolder()
  await writeImitation(join(data.path, 'breakhis'), imitations.breakhis!())
  const importing = importSuite('hiera-med-transfer', { home: home.path, testData: data.path })
  await expect(importing).rejects.toMatchObject({
    code: 'MISSING_DATA',
    message: expect.stringMatching(
      /"ranzcr".*kaggle.*needs an account.*Also missing: chexchonet, .*farfum-rop, biomedica\.$/,
    ),
  })
  const lacks = await missingParts(findSuite('hiera-med-transfer'), home.path)
  expect(lacks.taskIds.length).toBe(8)
  expect(lacks.taskIds).not.toContain('breakhis')
})

test('the few-image suite is imported from one folder of archives, 64 training images a class', async () => {
  await using data = await temporaryFolder()
  await using home = await temporaryFolder()
  await mkdir(join(data.path, 'medmnist'))
  for (const { id } of findSuite('xtreme-6').taskIds.map((taskId) => ({ id: taskId.replace('-64', '') }))) {
    const set = medMnistSets.find((one) => one.id === id)!
    const perClass = id === 'breastmnist' ? 66 : 1
    await writeFile(join(data.path, 'medmnist', `${id}.npz`), imitation(set, { perClass }))
  }
  const importing = importSuite('xtreme-6', { home: home.path, testData: data.path })
  await expect(importing).rejects.toMatchObject({ code: 'MISSING_DATA', message: expect.stringContaining('figures') })
  expect(await missingParts(findSuite('xtreme-6'), home.path)).toEqual({ taskIds: [], corpusId: 'real-figures' })
  await using breast = await openDataset(datasetFolder(home.path, 'breastmnist-64'))
  expect([breast.counts('train'), breast.counts('test')]).toEqual([
    [64, 64],
    [66, 66],
  ])
})

test('docs/data.md names every suite', async () => {
  const page = await readFile(new URL('../../../../docs/data.md', import.meta.url), 'utf8')
  for (const { id } of suites) expect(page).toContain(`\`${id}\``)
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
  const nowhere = run('suite', 'transfer-9', '--from', '/nowhere')
  expect([nowhere.status, nowhere.stderr]).toEqual([1, expect.stringContaining('MISSING_DATA: The folder of --from')])
  const wrong = run('bloodmnist', 'x.npz', '--per-class', 'few')
  expect([wrong.status, wrong.stderr]).toEqual([1, expect.stringContaining('--per-class few')])
  expect(run('--help')).toMatchObject({ status: 0, stdout: expect.stringContaining('pack-task') })
})

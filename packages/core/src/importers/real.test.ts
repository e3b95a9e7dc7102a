import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import type { CorpusInfo } from './corpus.ts'
import type { DatasetInfo } from './dataset.ts'
import { storeSource } from './home.ts'
import { findImporter } from './registry.ts'
import { temporaryFolder } from './testing/sources.ts'

const root = fileURLToPath(new URL('../../../../', import.meta.url))
const data = resolve(root, process.env.ANAMNESIS_TEST_DATA || '../shared/data')
const reason = existsSync(data) ? '' : ` (skipped: no real packs in ${data}, set ANAMNESIS_TEST_DATA)`

describe.skipIf(reason !== '')(`real packs${reason}`, () => {
  test.each([
    ['bccd_cell_crops', { train: [209, 209, 209], val: [30, 30, 31], test: [61, 61, 60] }],
    ['lung_ct_cancer', { train: [287, 74, 379], val: [40, 9, 56], test: [78, 20, 112] }],
  ])('imports the task %s', async (id, counts) => {
    await using temp = await temporaryFolder()
    const opened = await findImporter('pack-task').open(join(data, 'tasks', id), {})
    const { info } = await storeSource(temp.path, opened)
    expect(info as DatasetInfo).toMatchObject({ counts, skipped: { count: 0 } })
  })

  test('imports the figures and keeps the licences apart', async () => {
    await using temp = await temporaryFolder()
    const store = async (path: string, id: string) =>
      (await storeSource(temp.path, await findImporter('figure-pack').open(path, { id }))).info as CorpusInfo
    expect((await store(join(data, 'figures'), 'open')).licenceGroups).toEqual({
      commercial: 1779,
      'non-commercial': 0,
      other: 0,
    })
    expect((await store(join(data, 'figures', 'non-commercial'), 'nc')).licenceGroups).toEqual({
      commercial: 0,
      'non-commercial': 331,
      other: 0,
    })
  })
})

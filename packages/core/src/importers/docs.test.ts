import { readFile } from 'node:fs/promises'
import { describe, expect, test } from 'vitest'
import { medMnistSets } from './medmnist/sets.ts'
import { naturalImages } from './naturalImages.ts'
import { ACCESS_WORDS, type PublicDataset } from './public/definition.ts'
import { publicDatasets } from './public/registry.ts'
import { importers } from './registry.ts'

const page = await readFile(new URL('../../../../docs/data.md', import.meta.url), 'utf8')

const row = (...cells: (string | number)[]) =>
  `| ${cells.map((cell) => String(cell).replaceAll('|', '\\|')).join(' | ')} |`
const count = (value: number) => value.toLocaleString('en-US')

function datasetText(dataset: PublicDataset): string {
  const { id, name, images, classes, source, access, licence, layout, splits, unverified } = dataset
  return [
    `**\`${id}\`** ${name}: ${count(images)} images, ${classes.length} classes. ${source} (${ACCESS_WORDS[access]}; licence: ${licence}).`,
    `Layout: ${layout} Splits: ${splits}${unverified === '' ? '' : ` Not verified: ${unverified}`}`,
  ].join('\n')
}

describe('docs/data.md', () => {
  test.each(publicDatasets.map((dataset) => [dataset.id, dataset] as const))(
    'describes %s as the importer does',
    (_, dataset) => {
      expect(page).toContain(datasetText(dataset))
    },
  )

  test.each(medMnistSets.map((set) => [set.id, set] as const))('has a row for %s', (_, set) => {
    const [train, val, test] = set.images
    expect(page).toContain(
      row(
        `\`${set.id}\``,
        set.modality,
        set.classes.length,
        `${count(train)} / ${count(val)} / ${count(test)}`,
        set.licence,
      ),
    )
  })

  test.each(naturalImages.map((set) => [set.id, set] as const))('has a row for %s', (_, set) => {
    expect(page).toContain(row(`\`${set.id}\``, set.classes.join(' or '), set.source, set.licence))
  })

  test('names every importer', () => {
    for (const { id } of importers) expect(page).toContain(`\`${id}\``)
  })
})

import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import sharp from 'sharp'
import { describe, expect, test } from 'vitest'
import { figure as figureSchema, Random } from '../../contracts/index.ts'
import { type CorpusInfo, openCorpus } from '../corpus.ts'
import { corpusFolder, storeSource } from '../home.ts'
import { findImporter } from '../registry.ts'
import { readTar } from '../tar.ts'
import { drain, tar, temporaryFolder, writeFiles } from '../testing/sources.ts'
import { type Box, findPanels } from './gutters.ts'
import { PanelReport, panelsOf } from './split.ts'

/** Boxes of noise on a page of one tone. */
function page(width: number, height: number, boxes: readonly Box[], background = 255) {
  const random = new Random('page')
  const pixels = new Uint8Array(width * height).fill(background)
  for (const { left, top, width: across, height: down } of boxes) {
    for (let y = top; y < top + down; y++)
      for (let x = left; x < left + across; x++) pixels[y * width + x] = 60 + random.int(120)
  }
  return { pixels, width, height }
}

const box = (left: number, top: number, width: number, height: number): Box => ({ left, top, width, height })
const grid = [box(10, 10, 90, 80), box(110, 10, 80, 80), box(10, 110, 90, 80), box(110, 110, 80, 80)]
const beside = [box(0, 0, 90, 200), box(100, 0, 100, 95), box(100, 105, 100, 95)]

test.each([
  ['a grid, row by row', grid, 255],
  ['a grid on black', grid, 0],
  ['a tall panel beside two', beside, 255],
  ['two panels two pixels apart', [box(0, 0, 99, 200), box(101, 0, 99, 200)], 255],
] as const)('finds %s', (_, boxes, background) => {
  expect(findPanels(page(200, 200, boxes, background), boxes.length)).toEqual(boxes)
})

test('a letter above a panel is no panel', () => {
  const boxes = [box(10, 20, 85, 170), box(105, 20, 85, 170)]
  const letters = [box(10, 4, 8, 9), box(105, 4, 8, 9)]
  expect(findPanels(page(200, 200, [...boxes, ...letters]), 2)?.map(({ left }) => left)).toEqual([10, 105])
})

test('finds nothing where the numbers do not agree, in an empty picture and in a speck', () => {
  expect(findPanels(page(200, 200, grid), 3)).toBeNull()
  expect(findPanels(page(200, 200, []), 2)).toBeNull()
  expect(findPanels(page(1, 1, []), 2)).toBeNull()
  expect(findPanels(page(200, 200, [box(0, 0, 150, 200), box(160, 90, 12, 12)]), 2)).toBeNull()
})

async function panelsFor(caption: string, image: Uint8Array, licence = 'CC BY 4.0') {
  const report = new PanelReport()
  const figure = figureSchema.parse({ id: 'f', caption, licence, label: 'Figure 1' })
  const panels = await panelsOf({ figure, image }, report)
  return { panels, report: report.summary()! }
}

const blank = sharp({ create: { width: 200, height: 200, channels: 3, background: '#fff' } })
const solid = (colour: string, side = 80) =>
  sharp({ create: { width: side, height: side, channels: 3, background: colour } })
    .png()
    .toBuffer()

test('each panel has its words, its part of the picture and its parent', async () => {
  const image = await blank
    .clone()
    .composite([
      { input: await solid('#a00'), left: 10, top: 60 },
      { input: await solid('#00a'), left: 110, top: 60 },
    ])
    .png()
    .toBuffer()
  const { panels, report } = await panelsFor('Two scans. (A) A CT. (B) An MRI.', image)
  expect(panels.map(({ figure }) => figure)).toMatchObject([
    { id: 'f/A', caption: 'Two scans. A CT.', modality: 'CT', parentId: 'f', panel: 'A', label: 'Figure 1' },
    { id: 'f/B', caption: 'Two scans. An MRI.', modality: 'MRI', parentId: 'f', panel: 'B' },
  ])
  const colours = await Promise.all(
    panels.map(async ({ image: part }) =>
      (await sharp(part).stats()).channels.slice(0, 3).map(({ mean }) => Math.round(mean / 17)),
    ),
  )
  expect(colours).toEqual([
    [10, 0, 0],
    [0, 0, 10],
  ])
  expect(report).toEqual({ figures: 1, candidates: 1, split: 1, panels: 2, refused: {} })
})

test.each([
  ['CC BY-ND 4.0', 80, 'licence allows no changes'],
  ['CC BY 4.0', 20, 'panels too small'],
])('refuses with the reason (%s, %d pixels)', async (licence, side, reason) => {
  const image = await blank
    .clone()
    .composite([
      { input: await solid('#a00', side), left: 10, top: 60 },
      { input: await solid('#00a', side), left: 110, top: 60 },
    ])
    .png()
    .toBuffer()
  const { panels, report } = await panelsFor('(A) A CT. (B) An MRI.', image, licence)
  expect(panels).toEqual([])
  expect(report).toEqual({ figures: 1, candidates: 1, split: 0, panels: 0, refused: { [reason]: 1 } })
})

const data = resolve(
  fileURLToPath(new URL('../../../../../', import.meta.url)),
  process.env.ANAMNESIS_TEST_DATA || '../shared/data',
)
const reason = existsSync(data) ? '' : ` (skipped: no real packs in ${data}, set ANAMNESIS_TEST_DATA)`

describe.skipIf(reason !== '')(`figures composed of real pictures${reason}`, () => {
  test('are cut where they were put together, through the import', async () => {
    const real: Uint8Array[] = []
    for await (const { data: image } of readTar(join(data, 'figures', 'images.tar'))) {
      real.push(image)
      if (real.length === 4) break // four chest X-rays
    }
    const parts = await Promise.all(
      real.map((image) => sharp(image).resize(150, 150, { fit: 'fill' }).png().toBuffer()),
    )
    const compose = (background: string, gap: number) =>
      sharp({ create: { width: 300 + 3 * gap, height: 300 + 3 * gap, channels: 3, background } })
        .composite(
          parts.map((input, at) => ({ input, left: gap + (at % 2) * (150 + gap), top: gap + (at >> 1) * (150 + gap) })),
        )
        .jpeg({ quality: 90 })
        .toBuffer()
    await using temp = await temporaryFolder()
    const line = (id: string, caption: string) => JSON.stringify({ id, image: `${id}.jpg`, caption, licence: 'CC BY' })
    const four = 'Chest X-rays. (A) First. (B) Second. (C, D) Others.'
    await writeFiles(temp.path, {
      'src/figures.jsonl': [
        line('white', four),
        line('narrow', four),
        line('plain', 'Chest X-rays.'),
        line('three', '(a) x (b) y (c) z'),
      ].join('\n'),
      'src/images.tar': await tar([
        ['white.jpg', await compose('#fff', 12)],
        ['narrow.jpg', await compose('#fff', 6)],
        ['plain.jpg', await compose('#fff', 12)],
        ['three.jpg', await compose('#fff', 12)],
      ]),
    })
    const opened = await findImporter('figure-pack').open(join(temp.path, 'src'), { id: 'c' })
    const info = (await storeSource(temp.path, opened, { panels: true })).info as CorpusInfo
    expect(info.report?.panels).toEqual({
      figures: 4,
      candidates: 3,
      split: 2,
      panels: 8,
      refused: { 'picture does not show as many panels as the caption names': 1 },
    })
    expect(info.size).toBe(12)
    await using corpus = await openCorpus(corpusFolder(temp.path, 'c'))
    const all = await drain(corpus.figures())
    expect(all.slice(0, 5).map(({ figure }) => [figure.id, figure.parentId])).toEqual([
      ['white/A', 'white'],
      ['white/B', 'white'],
      ['white/C', 'white'],
      ['white/D', 'white'],
      ['white', null],
    ])
    const grey = (image: Uint8Array) => sharp(image).resize(16, 16, { fit: 'fill' }).greyscale().raw().toBuffer()
    const sources = await Promise.all(parts.map(grey))
    for (const at of sources.keys()) {
      const cut = await grey(all[at]!.image)
      const differences = sources.map((source) => cut.reduce((sum, value, i) => sum + Math.abs(value - source[i]!), 0))
      expect(differences.indexOf(Math.min(...differences))).toBe(at)
    }
  })
})

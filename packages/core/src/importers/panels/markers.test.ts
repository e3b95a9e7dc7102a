import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { splitCaption } from './markers.ts'

/** The panels as "label: text", the common words first. */
function split(caption: string): string[] | null {
  const found = splitCaption(caption)
  return found && [found.common, ...found.panels.map(({ label, text }) => `${label}: ${text}`)]
}

describe('takes captions apart', () => {
  const cases: [caption: string, parts: string[]][] = [
    [
      'Two scans. (A) CT of the chest. (B) MRI of the head.',
      ['Two scans.', 'A: CT of the chest.', 'B: MRI of the head.'],
    ],
    ['(a) Joseph Lister; (b) Robert Koch', ['', 'a: Joseph Lister', 'b: Robert Koch']],
    ['Views. A. Before surgery. B. After surgery.', ['Views.', 'A: Before surgery.', 'B: After surgery.']],
    [
      'Skull. A, anterior; B, posterior; and C, dorsal views.',
      ['Skull.', 'A: anterior', 'B: posterior', 'C: dorsal views.'],
    ],
    ['Blots. A) one cell. B) two cells.', ['Blots.', 'A: one cell.', 'B: two cells.']],
    ['Growth. a Expression of X. b Quantification of Y', ['Growth.', 'a: Expression of X.', 'b: Quantification of Y']],
    [
      'Growth. a, b Expression of X. c Quantification',
      ['Growth.', 'a: Expression of X.', 'b: Expression of X.', 'c: Quantification'],
    ],
    ['(1) First step. (2) Second step.', ['', '1: First step.', '2: Second step.']],
    ['Steps: (i) wash, (ii) dry, (iii) cut.', ['Steps:', 'i: wash', 'ii: dry', 'iii: cut.']],
    ['(i-iii) Slices. (iv) Sum.', ['', 'i: Slices.', 'ii: Slices.', 'iii: Slices.', 'iv: Sum.']],
    [
      'X. (A–C) Curves. (D, E) Maps. (F and G) Bars.',
      ['X.', 'A: Curves.', 'B: Curves.', 'C: Curves.', 'D: Maps.', 'E: Maps.', 'F: Bars.', 'G: Bars.'],
    ],
    ['(a) and (b) The rash. (c) The virus.', ['', 'a: The rash.', 'b: The rash.', 'c: The virus.']],
    ['Panel A: axial view. Panel B: coronal view.', ['', 'A: axial view.', 'B: coronal view.']],
    ['Chest radiograph (A) and CT (B) of a patient', ['', 'A: Chest radiograph', 'B: CT']],
    ['(A) One. (B) Two, compared with (A). (C) Three.', ['', 'A: One.', 'B: Two, compared with (A).', 'C: Three.']],
    ['(A) Gel. (a) lane, (b) lane. (B) Plot.', ['', 'A: Gel. (a) lane, (b) lane.', 'B: Plot.']],
  ]
  test.each(cases)('%s', (caption, parts) => {
    expect(split(caption)).toEqual(parts)
  })
})

test.each([
  'A CT of the chest.',
  'Lipid A is the toxic component.',
  'See (B) for the other one.',
  'Samples were processed like in (A) without the centre.',
  'Relationships among A. thaliana and B. subtilis.',
  'Effect at (1) h.',
  '(A) and (B)',
  '',
])('leaves alone: %s', (caption) => {
  expect(splitCaption(caption)).toBeNull()
})

test('takes time in proportion to the caption', () => {
  expect(splitCaption('(A'.repeat(10_000))).toBeNull()
  expect(splitCaption('A, B and '.repeat(2_000))).toBeNull()
  expect(splitCaption(`(${'A-'.repeat(9_000)}`)).toBeNull()
})

const data = resolve(
  fileURLToPath(new URL('../../../../../', import.meta.url)),
  process.env.ANAMNESIS_TEST_DATA || '../shared/data',
)
const reason = existsSync(data) ? '' : ` (skipped: no real packs in ${data}, set ANAMNESIS_TEST_DATA)`

test.skipIf(reason !== '')(`splits the captions of real figures, every panel with words${reason}`, async () => {
  const text = await readFile(join(data, 'figures', 'figures.jsonl'), 'utf8')
  const captions = text
    .trim()
    .split('\n')
    .map((line) => (JSON.parse(line) as { caption: string }).caption)
  const found = captions.map(splitCaption).filter((one) => one !== null)
  expect(found.length).toBeGreaterThan(280)
  for (const { panels } of found) {
    expect(panels.length).toBeGreaterThan(1)
    for (const { text: words } of panels) expect(words).not.toBe('')
  }
})

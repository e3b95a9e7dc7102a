import type { Random } from '../../contracts/index.ts'
import { both, type Canvas, ellipse, FRAME, ragged, stroke, UPRIGHT } from './canvas.ts'
import type { Phantom } from './phantom.ts'
import { Texture } from './texture.ts'

/** A section of the colon in haematoxylin and eosin: nuclei purple, the rest pink. */
export const histology: Phantom = {
  id: 'phantom-histology',
  name: 'Phantom colon histology',
  domain: 'pathology',
  modality: 'histopathology',
  anatomy: 'colon',
  pictureWords: [
    'histology',
    'haematoxylin and eosin section',
    'photomicrograph',
    'pathology slide',
    'histopathology section',
    'biopsy section',
  ],
  siteWords: ['colon', 'large bowel', 'colonic mucosa'],
  channels: 3,
  background: [0.92, 0.74, 0.83],
  mirrors: true,
  findings: [
    {
      id: 'normal',
      name: 'Normal mucosa',
      promptName: 'a histopathology slide of normal colon mucosa',
      words: ['normal colonic mucosa', 'regular crypts', 'unremarkable mucosa'],
      signs: ['round crypts with goblet cells', 'evenly spaced glands', 'basal nuclei'],
    },
    {
      id: 'adenocarcinoma',
      name: 'Adenocarcinoma',
      promptName: 'a histopathology slide of colon adenocarcinoma',
      words: ['adenocarcinoma', 'colorectal carcinoma', 'invasive colon cancer'],
      signs: ['crowded irregular glands', 'dark stratified nuclei', 'necrotic debris in the lumen'],
    },
    {
      id: 'colitis',
      name: 'Colitis',
      promptName: 'a histopathology slide of colitis',
      words: ['colitis', 'ulcerative colitis', 'active inflammation'],
      signs: ['a dense infiltrate of small round cells', 'few distorted crypts', 'inflamed lamina propria'],
    },
    {
      id: 'fat',
      name: 'Adipose tissue',
      promptName: 'a histopathology slide of adipose tissue',
      words: ['adipose tissue', 'submucosal fat', 'fat cells'],
      signs: ['large empty cells with thin walls', 'a honeycomb of white spaces', 'nuclei pushed to the edge'],
    },
  ],
  draw,
  disturb,
}

const NUCLEUS = [0.4, 0.22, 0.55] as const

function draw(canvas: Canvas, findingId: string, severity: number, random: Random): void {
  const texture = new Texture(random)
  canvas.shade(
    FRAME,
    (x, y) => 0.07 * texture.fractal(x, y, 5) - 0.05 * (Math.abs(texture.at(x, y * 0.6, 7)) < 0.15 ? 1 : 0),
  )
  if (findingId === 'normal') crypts(canvas, random)
  if (findingId === 'adenocarcinoma') carcinoma(canvas, severity, random)
  if (findingId === 'colitis') colitis(canvas, severity, random)
  if (findingId === 'fat') fat(canvas, random)
}

/** Nuclei along a closed outline. */
function wall(
  canvas: Canvas,
  x: number,
  y: number,
  radius: number,
  count: number,
  size: number,
  colour: readonly [number, number, number],
  jitter: number,
  random: Random,
): void {
  for (let i = 0; i < count; i++) {
    const angle = (i / count) * 2 * Math.PI + random.uniform(-0.05, 0.05)
    const reach = radius + random.uniform(-jitter, jitter)
    canvas.mix(
      ellipse(x + reach * Math.cos(angle), y + reach * Math.sin(angle), size * 1.35, size * 0.85, angle, 0.3),
      colour,
      0.9,
    )
  }
}

function crypts(canvas: Canvas, random: Random): void {
  const pitch = random.uniform(0.6, 0.72)
  stroma(canvas, 40, random)
  for (let row = -2; row <= 2; row++) {
    for (let column = -2; column <= 2; column++) {
      const x = (column + (row % 2 ? 0.5 : 0)) * pitch + random.uniform(-0.05, 0.05)
      const y = row * pitch * 0.87 + random.uniform(-0.05, 0.05)
      const radius = pitch * random.uniform(0.36, 0.4)
      canvas.mix(ellipse(x, y, radius * 1.05, radius * 1.05, 0, 0.08), [0.8, 0.58, 0.76])
      canvas.mix(ellipse(x, y, radius * 0.82, radius * 0.82, 0, 0.2), [0.96, 0.91, 0.95])
      canvas.mix(ellipse(x, y, radius * 0.2, radius * 0.2, 0, 0.4), [0.83, 0.68, 0.8])
      wall(canvas, x, y, radius * 0.97, 16, 0.028, NUCLEUS, 0.01, random)
    }
  }
}

function stroma(canvas: Canvas, count: number, random: Random): void {
  for (let i = 0; i < count; i++) {
    canvas.mix(
      ellipse(random.uniform(-1.2, 1.2), random.uniform(-1.2, 1.2), 0.03, 0.018, random.uniform(0, 3), 0.3),
      NUCLEUS,
      0.8,
    )
  }
}

function carcinoma(canvas: Canvas, severity: number, random: Random): void {
  const glands = 6 + random.int(4)
  for (let i = 0; i < glands; i++) {
    const x = random.uniform(-0.95, 0.95)
    const y = random.uniform(-0.95, 0.95)
    const radius = random.uniform(0.26, 0.42)
    canvas.mix(ragged(random, x, y, radius, 0.3, 0.08), [0.58, 0.36, 0.62])
    canvas.mix(ragged(random, x, y, radius * 0.42, 0.4, 0.15), [0.95, 0.88, 0.92])
    canvas.mix(ragged(random, x, y, radius * 0.18, 0.4, 0.3), [0.72, 0.4, 0.52])
    wall(canvas, x, y, radius * 0.78, 18, 0.04, [0.28, 0.12, 0.42], 0.08, random)
    wall(canvas, x, y, radius * 0.98, Math.round(12 + 8 * severity), 0.038, [0.28, 0.12, 0.42], 0.06, random)
  }
}

function colitis(canvas: Canvas, severity: number, random: Random): void {
  for (let i = 0; i < 2; i++) {
    const x = random.uniform(-0.8, 0.8)
    const y = random.uniform(-0.8, 0.8)
    canvas.mix(ragged(random, x, y, 0.26, 0.2, 0.1), [0.8, 0.6, 0.78])
    canvas.mix(ragged(random, x, y, 0.16, 0.2, 0.2), [0.95, 0.89, 0.94])
    wall(canvas, x, y, 0.24, 13, 0.03, NUCLEUS, 0.02, random)
  }
  const cells = Math.round(190 + 130 * severity)
  for (let i = 0; i < cells; i++) {
    canvas.mix(
      ellipse(random.uniform(-1.1, 1.1), random.uniform(-1.1, 1.1), 0.027, 0.027, 0, 0.3),
      [0.3, 0.16, 0.48],
      0.9,
    )
  }
}

function fat(canvas: Canvas, random: Random): void {
  const pitch = random.uniform(0.4, 0.5)
  for (let row = -3; row <= 3; row++) {
    for (let column = -3; column <= 3; column++) {
      const x = (column + (row % 2 ? 0.5 : 0)) * pitch + random.uniform(-0.06, 0.06)
      const y = row * pitch * 0.85 + random.uniform(-0.06, 0.06)
      const radius = pitch * random.uniform(0.46, 0.53)
      canvas.mix(ragged(random, x, y, radius, 0.07, 0.05), [0.975, 0.96, 0.97])
      if (random.uniform() < 0.35) canvas.mix(ellipse(x + radius, y, 0.022, 0.04), NUCLEUS)
    }
  }
}

/** A fold of the section, or a pen mark on the glass. */
function disturb(canvas: Canvas, random: Random): void {
  if (random.uniform() < 0.7) {
    const fold = stroke(
      [
        [random.uniform(-1, 1), -1.1],
        [random.uniform(-1, 1), 1.1],
      ],
      0.05,
      0.8,
    )
    canvas.multiply(fold, () => 0.72)
  } else {
    canvas.setPose(UPRIGHT)
    canvas.mix(
      both(
        FRAME,
        stroke(
          [
            [-1, random.uniform(0.6, 1)],
            [1, random.uniform(0.6, 1)],
          ],
          0.05,
        ),
      ),
      [0.15, 0.3, 0.2],
      0.85,
    )
  }
}

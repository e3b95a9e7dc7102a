import type { Random } from '../../contracts/index.ts'
import { both, type Canvas, curve, ellipse, FRAME, ragged, type Shape, stroke, UPRIGHT, without } from './canvas.ts'
import type { Phantom } from './phantom.ts'
import { Texture } from './texture.ts'

/** A skin lesion under the dermatoscope. */
export const dermoscopy: Phantom = {
  id: 'phantom-dermoscopy',
  name: 'Phantom dermoscopy',
  domain: 'dermatology',
  modality: 'dermoscopy',
  anatomy: 'skin',
  pictureWords: ['dermoscopy', 'dermoscopic image', 'dermatoscopic photo', 'epiluminescence image of the skin'],
  siteWords: ['skin', 'trunk', 'forearm', 'back'],
  channels: 3,
  background: [0.86, 0.68, 0.58],
  mirrors: true,
  findings: [
    {
      id: 'nevus',
      name: 'Naevus',
      promptName: 'a benign naevus of the skin',
      words: ['naevus', 'melanocytic naevus', 'benign mole'],
      signs: ['a symmetric brown lesion', 'a regular pigment network', 'an even border'],
    },
    {
      id: 'melanoma',
      name: 'Melanoma',
      promptName: 'a melanoma of the skin',
      words: ['melanoma', 'malignant melanoma', 'superficial spreading melanoma'],
      signs: ['several colours and an irregular border', 'a blue-white veil', 'asymmetric black blotches'],
    },
    {
      id: 'seborrheic_keratosis',
      name: 'Seborrhoeic keratosis',
      promptName: 'a seborrhoeic keratosis of the skin',
      words: ['seborrhoeic keratosis', 'seborrheic wart', 'benign keratosis'],
      signs: ['milia-like cysts', 'a stuck-on look with a sharp border', 'comedo-like openings'],
    },
    {
      id: 'basal_cell_carcinoma',
      name: 'Basal cell carcinoma',
      promptName: 'a basal cell carcinoma of the skin',
      words: ['basal cell carcinoma', 'nodular basal cell carcinoma', 'basalioma'],
      signs: ['arborising vessels', 'a pearly pink lesion', 'blue-grey ovoid nests'],
    },
  ],
  draw,
  disturb,
}

function draw(canvas: Canvas, findingId: string, severity: number, random: Random): void {
  const texture = new Texture(random)
  const paleness = random.uniform(-0.08, 0.06)
  canvas.shade(FRAME, (x, y) => paleness + 0.05 * texture.fractal(x, y, 3) + 0.02 * texture.at(x, y, 14))
  const x = random.uniform(-0.1, 0.1)
  const y = random.uniform(-0.1, 0.1)
  const radius = random.uniform(0.42, 0.58)
  if (findingId === 'nevus') nevus(canvas, x, y, radius * 0.9, random, texture)
  if (findingId === 'melanoma') melanoma(canvas, x, y, radius, severity, random, texture)
  if (findingId === 'seborrheic_keratosis') keratosis(canvas, x, y, radius, severity, random, texture)
  if (findingId === 'basal_cell_carcinoma') basalioma(canvas, x, y, radius, severity, random, texture)
}

function nevus(canvas: Canvas, x: number, y: number, radius: number, random: Random, texture: Texture): void {
  const angle = random.uniform(0, 3)
  const tone = random.uniform(0.85, 1.15)
  const body = ellipse(x, y, radius, radius * random.uniform(0.75, 0.95), angle, 0.2)
  canvas.mix(body, [0.56 * tone, 0.35 * tone, 0.23 * tone])
  canvas.mix(ellipse(x, y, radius * 0.6, radius * 0.5, angle, 0.5), [0.42 * tone, 0.25 * tone, 0.16 * tone], 0.8)
  const pitch = random.uniform(26, 36)
  canvas.shade(body, (u, v) => -0.09 * Math.max(Math.sin(u * pitch + 2 * texture.at(u, v, 4)), Math.sin(v * pitch)))
}

function melanoma(
  canvas: Canvas,
  x: number,
  y: number,
  radius: number,
  severity: number,
  random: Random,
  texture: Texture,
): void {
  const body = ragged(random, x, y, radius, 0.2 + 0.16 * severity, 0.09)
  canvas.mix(body, [0.4, 0.24, 0.17])
  canvas.shade(body, (u, v) => 0.22 * texture.fractal(u, v, 4))
  const blotches = [
    [0.1, 0.07, 0.07],
    [0.4, 0.44, 0.56],
    [0.72, 0.42, 0.4],
    [0.06, 0.05, 0.06],
  ] as const
  for (const colour of blotches) {
    const angle = random.uniform(0, 2 * Math.PI)
    const reach = radius * random.uniform(0.2, 0.75)
    const spot = ragged(
      random,
      x + reach * Math.cos(angle),
      y + reach * Math.sin(angle),
      radius * random.uniform(0.25, 0.42),
      0.3,
      0.25,
    )
    canvas.mix(both(body, spot), colour, 0.5 + 0.4 * severity)
  }
}

function keratosis(
  canvas: Canvas,
  x: number,
  y: number,
  radius: number,
  severity: number,
  random: Random,
  texture: Texture,
): void {
  const body = ragged(random, x, y, radius, 0.09, 0.03)
  canvas.mix(ragged(random, x + 0.02, y + 0.03, radius * 1.03, 0.09, 0.05), [0.55, 0.4, 0.32], 0.6)
  canvas.mix(body, [random.uniform(0.66, 0.74), 0.53, 0.36])
  canvas.shade(body, (u, v) => 0.13 * texture.fractal(u, v, 7))
  dots(canvas, body, x, y, radius, 12 + Math.round(10 * severity), [0.98, 0.93, 0.8], random)
  dots(canvas, body, x, y, radius, 10 + Math.round(8 * severity), [0.22, 0.13, 0.09], random)
}

function dots(
  canvas: Canvas,
  body: Shape,
  x: number,
  y: number,
  radius: number,
  count: number,
  colour: readonly [number, number, number],
  random: Random,
): void {
  for (let i = 0; i < count; i++) {
    const angle = random.uniform(0, 2 * Math.PI)
    const reach = radius * Math.sqrt(random.uniform(0, 0.85))
    const size = random.uniform(0.022, 0.045)
    canvas.mix(
      both(body, ellipse(x + reach * Math.cos(angle), y + reach * Math.sin(angle), size, size, 0, 0.3)),
      colour,
      0.9,
    )
  }
}

function basalioma(
  canvas: Canvas,
  x: number,
  y: number,
  radius: number,
  severity: number,
  random: Random,
  texture: Texture,
): void {
  const body = ragged(random, x, y, radius, 0.12, 0.3)
  canvas.mix(body, [0.9, 0.58, 0.56], 0.9)
  canvas.shade(body, (u, v) => 0.08 * texture.fractal(u, v, 4))
  canvas.mix(ellipse(x - radius * 0.3, y - radius * 0.3, radius * 0.3, radius * 0.2, 0.6, 0.8), [1, 0.88, 0.85], 0.6)
  for (let i = 0; i < 4; i++) {
    const angle = random.uniform(0, 2 * Math.PI)
    const at = [x + radius * 0.9 * Math.cos(angle), y + radius * 0.9 * Math.sin(angle)] as const
    const middle = [x + random.uniform(-0.15, 0.15), y + random.uniform(-0.15, 0.15)] as const
    canvas.mix(
      stroke(curve(at, [middle[0] + 0.1, middle[1]], middle, 5), 0.02),
      [0.74, 0.14, 0.16],
      0.5 + 0.4 * severity,
    )
    const twig = [middle[0] + random.uniform(-0.2, 0.2), middle[1] + random.uniform(-0.2, 0.2)] as const
    canvas.mix(stroke([middle, twig], 0.012), [0.74, 0.14, 0.16], 0.5 + 0.4 * severity)
  }
  for (let i = 0; i < 4; i++) {
    const angle = random.uniform(0, 2 * Math.PI)
    canvas.mix(
      ellipse(x + radius * 0.55 * Math.cos(angle), y + radius * 0.55 * Math.sin(angle), 0.09, 0.065, angle, 0.3),
      [0.42, 0.42, 0.52],
      0.45 + 0.4 * severity,
    )
  }
}

/** Hairs, or the dark corners of the instrument. */
function disturb(canvas: Canvas, random: Random): void {
  if (random.uniform() < 0.6) {
    for (let i = 0; i < 5; i++) {
      const from = [random.uniform(-1, 1), -1.1] as const
      const to = [random.uniform(-1, 1), 1.1] as const
      canvas.mix(stroke(curve(from, [random.uniform(-1, 1), 0], to, 8), 0.01), [0.2, 0.13, 0.1], 0.8)
    }
  } else {
    canvas.setPose(UPRIGHT)
    canvas.mix(without(FRAME, ellipse(0, 0, 1.12, 1.12, 0, 0.04)), [0.02, 0.02, 0.02])
  }
}

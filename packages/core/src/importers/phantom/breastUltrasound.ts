import type { Random } from '../../contracts/index.ts'
import { type Canvas, ellipse, FRAME, ragged, type Shape, stroke, UPRIGHT, without } from './canvas.ts'
import type { Phantom } from './phantom.ts'
import { Texture } from './texture.ts'

/** A B-mode image of the breast, skin at the top: bands of tissue under speckle. */
export const breastUltrasound: Phantom = {
  id: 'phantom-breast-ultrasound',
  name: 'Phantom breast ultrasound',
  domain: 'breast imaging',
  modality: 'ultrasound',
  anatomy: 'breast',
  pictureWords: [
    'breast ultrasound',
    'sonogram of the breast',
    'B-mode image',
    'ultrasound scan',
    'grey-scale sonography',
  ],
  siteWords: ['breast', 'mammary gland', 'breast tissue'],
  channels: 1,
  background: 0.2,
  mirrors: true,
  findings: [
    {
      id: 'normal',
      name: 'Normal',
      promptName: 'a normal breast ultrasound',
      words: ['normal breast tissue', 'no focal lesion', 'normal glandular tissue'],
      signs: ['layered fat and glandular tissue', 'no mass', 'undisturbed tissue planes'],
    },
    {
      id: 'cyst',
      name: 'Simple cyst',
      promptName: 'a breast ultrasound with a simple cyst',
      words: ['simple cyst', 'breast cyst', 'anechoic cyst'],
      signs: ['a black round lesion with a sharp wall', 'posterior acoustic enhancement', 'no internal echoes'],
    },
    {
      id: 'fibroadenoma',
      name: 'Fibroadenoma',
      promptName: 'a breast ultrasound with a fibroadenoma',
      words: ['fibroadenoma', 'benign solid mass', 'benign lesion'],
      signs: ['an oval mass parallel to the skin', 'a smooth capsule', 'homogeneous low echoes'],
    },
    {
      id: 'carcinoma',
      name: 'Carcinoma',
      promptName: 'a breast ultrasound with a carcinoma',
      words: ['breast carcinoma', 'invasive ductal carcinoma', 'malignant mass'],
      signs: ['an irregular mass taller than wide', 'posterior shadowing', 'spiculated margins'],
    },
  ],
  draw,
  disturb,
}

function draw(canvas: Canvas, findingId: string, severity: number, random: Random): void {
  const texture = new Texture(random)
  const fat = random.uniform(-0.68, -0.45)
  const muscle = random.uniform(0.5, 0.7)
  const plane = canvas.planes[0]!
  canvas.each(FRAME, (index, _, x, y) => {
    const bend = 0.09 * texture.at(x, 1.5, 1.6)
    const depth = y + bend
    let level = 0.52 + 0.22 * texture.fractal(x * 0.6, depth * 1.7, 4)
    if (depth < -0.86) level = 0.85
    else if (depth < fat)
      level =
        0.25 +
        0.16 * texture.fractal(x * 0.6, depth * 2, 3) +
        (Math.abs(texture.at(x * 0.5, depth * 2.4, 3)) < 0.1 ? 0.25 : 0)
    else if (depth > muscle) level = 0.2 + (Math.abs(Math.sin(depth * 17 + x)) > 0.93 ? 0.32 : 0.05)
    plane[index] = level * (1 - 0.16 * (y + 1))
  })
  const x = random.uniform(-0.3, 0.3)
  const y = random.uniform(-0.15, 0.22)
  if (findingId === 'cyst') cyst(canvas, x, y, severity, random)
  if (findingId === 'fibroadenoma') fibroadenoma(canvas, x, y, severity, random, texture)
  if (findingId === 'carcinoma') carcinoma(canvas, x, y, severity, random, texture)
  const grain = new Texture(random)
  canvas.multiply(FRAME, (u, v) =>
    Math.max(0.25, 1 + 0.5 * grain.at(u, v * 1.7, 13) + 0.35 * grain.at(u + 3, v * 1.9, 27)),
  )
}

/** The column of tissue behind a lesion. */
function behind(x: number, top: number, half: number): Shape {
  return {
    bounds: [x - 2 * half, top, x + 2 * half, 4],
    cover: (u, v) =>
      Math.max(0, Math.min(1, (1.15 - Math.abs(u - x) / half) * 4)) *
      Math.min(1, (v - top) * 8) *
      Math.max(0, 1 - (v - top) / 2.2),
  }
}

function cyst(canvas: Canvas, x: number, y: number, severity: number, random: Random): void {
  const radius = random.uniform(0.22, 0.34)
  const flat = random.uniform(0.8, 1)
  canvas.multiply(behind(x, y + radius * flat * 0.8, radius * 0.85), () => 1 + 0.85 * severity)
  canvas.mix(ellipse(x, y, radius * 1.07, radius * flat * 1.07, 0, 0.06), 0.6)
  canvas.mix(ellipse(x, y, radius, radius * flat, 0, 0.05), 0.1 - 0.07 * severity)
}

function fibroadenoma(canvas: Canvas, x: number, y: number, severity: number, random: Random, texture: Texture): void {
  const wide = random.uniform(0.34, 0.46)
  const tall = wide * random.uniform(0.48, 0.6)
  const tilt = random.uniform(-0.15, 0.15)
  canvas.mix(ellipse(x, y, wide * 1.08, tall * 1.12, tilt, 0.06), 0.68)
  const mass = ellipse(x, y, wide, tall, tilt, 0.05)
  canvas.mix(mass, 0.3 - 0.12 * severity)
  canvas.shade(mass, (u, v) => 0.06 * texture.at(u, v, 8))
}

function carcinoma(canvas: Canvas, x: number, y: number, severity: number, random: Random, texture: Texture): void {
  const radius = random.uniform(0.22, 0.3)
  canvas.multiply(behind(x, y + radius * 0.4, radius * 0.95), () => 1 - 0.72 * severity)
  const spikes = 7 + random.int(5)
  for (let i = 0; i < spikes; i++) {
    const angle = (i / spikes) * 2 * Math.PI + random.uniform(-0.2, 0.2)
    const reach = radius * random.uniform(1.3, 1.9)
    canvas.mix(
      stroke(
        [
          [x, y],
          [x + reach * Math.cos(angle), y + reach * Math.sin(angle)],
        ],
        0.028,
        0.7,
      ),
      0.12,
      0.5 + 0.4 * severity,
    )
  }
  const mass = ragged(random, x, y, radius, 0.3, 0.16, 0.8)
  canvas.mix(mass, 0.15)
  canvas.shade(mass, (u, v) => 0.1 * texture.at(u, v, 9))
}

/** Measuring marks, a shadow of poor contact, or a frame of another colour depth. */
function disturb(canvas: Canvas, random: Random): void {
  canvas.setPose(UPRIGHT)
  if (random.uniform() < 0.5) {
    for (const side of [-1, 1]) {
      const x = side * random.uniform(0.3, 0.6)
      const y = random.uniform(-0.2, 0.3)
      canvas.mix(
        stroke(
          [
            [x - 0.05, y],
            [x + 0.05, y],
          ],
          0.012,
        ),
        1,
      )
      canvas.mix(
        stroke(
          [
            [x, y - 0.05],
            [x, y + 0.05],
          ],
          0.012,
        ),
        1,
      )
    }
  } else {
    const x = random.pick([-0.95, 0.95])
    canvas.multiply(without(ellipse(x, 0.2, 0.35, 1.6, 0, 0.6), ellipse(x, -1.1, 0.5, 0.2)), () => 0.35)
  }
}

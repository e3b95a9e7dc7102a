import type { Random } from '../../contracts/index.ts'
import { both, type Canvas, ellipse, FRAME, ragged, type Shape, stroke, UPRIGHT, without } from './canvas.ts'
import type { Phantom } from './phantom.ts'
import { Texture } from './texture.ts'

/** An axial slice of the upper abdomen in a soft-tissue window; the liver is on the left of the picture. */
export const abdominalCt: Phantom = {
  id: 'phantom-abdominal-ct',
  name: 'Phantom abdominal CT',
  domain: 'abdominal CT',
  modality: 'CT',
  anatomy: 'abdomen',
  pictureWords: ['abdominal CT', 'axial CT', 'computed tomography of the abdomen', 'contrast-enhanced CT', 'CT scan'],
  siteWords: ['abdomen', 'upper abdomen', 'belly', 'abdominal cavity'],
  channels: 1,
  background: 0,
  mirrors: false,
  findings: [
    {
      id: 'normal',
      name: 'Normal',
      promptName: 'a normal abdominal CT',
      words: ['normal abdomen', 'no abdominal abnormality', 'unremarkable study'],
      signs: ['homogeneous liver', 'normal kidneys', 'no free fluid'],
    },
    {
      id: 'liver_metastases',
      name: 'Liver metastases',
      promptName: 'an abdominal CT with liver metastases',
      words: ['liver metastases', 'hepatic metastases', 'secondary deposits in the liver'],
      signs: ['several dark round lesions in the liver', 'hypodense nodules', 'multiple hepatic lesions'],
    },
    {
      id: 'kidney_tumour',
      name: 'Kidney tumour',
      promptName: 'an abdominal CT with a kidney tumour',
      words: ['kidney tumour', 'renal cell carcinoma', 'renal mass'],
      signs: ['a large mass arising from one kidney', 'a heterogeneous renal mass', 'a bulging kidney outline'],
    },
    {
      id: 'ascites',
      name: 'Ascites',
      promptName: 'an abdominal CT with ascites',
      words: ['ascites', 'free fluid', 'peritoneal fluid'],
      signs: ['fluid around the liver', 'grey fluid between the organs and the wall', 'floating bowel loops'],
    },
    {
      id: 'aortic_aneurysm',
      name: 'Aortic aneurysm',
      promptName: 'an abdominal CT with an aortic aneurysm',
      words: ['abdominal aortic aneurysm', 'aortic aneurysm', 'dilated aorta'],
      signs: ['a wide round aorta in front of the spine', 'a rim of thrombus', 'a bright enhancing lumen'],
    },
  ],
  draw,
  disturb,
}

function draw(canvas: Canvas, findingId: string, severity: number, random: Random): void {
  const texture = new Texture(random)
  const wide = random.uniform(0.86, 0.94)
  const tall = random.uniform(0.64, 0.74)
  const fat = random.uniform(0.05, 0.11)
  const cavity = ellipse(0, -0.03, wide - fat - 0.09, tall - fat - 0.08, 0, 0.05)
  canvas.mix(ellipse(0, 0, wide, tall, 0, 0.025), 0.5)
  canvas.mix(ellipse(0, 0, wide - 0.025, tall - 0.025, 0, 0.025), 0.22)
  canvas.mix(ellipse(0, 0, wide - fat, tall - fat, 0, 0.03), 0.46)
  for (const side of [-1, 1]) canvas.mix(ellipse(side * 0.22, 0.5, 0.17, 0.12, 0, 0.12), 0.47)
  canvas.mix(cavity, findingId === 'ascites' ? 0.22 + 0.19 * Math.min(1.1, severity + 0.15) : 0.21)
  ribs(canvas, wide - fat, tall - fat, random)
  const shrink = findingId === 'ascites' ? 0.86 : 1
  bowel(canvas, cavity, random)
  const liver = both(cavity, ragged(random, -0.4, -0.14, 0.37 * shrink, 0.1, 0.05, 1.05))
  canvas.mix(liver, random.uniform(0.57, 0.63))
  canvas.mix(both(cavity, ellipse(0.57, -0.02, 0.16 * shrink, 0.24 * shrink, 0.35, 0.08)), 0.6)
  if (findingId === 'liver_metastases') metastases(canvas, liver, severity, random)
  spine(canvas)
  kidneys(canvas, findingId === 'kidney_tumour' ? severity : 0, random, texture)
  vessels(canvas, findingId === 'aortic_aneurysm' ? severity : 0, random)
  canvas.shade(FRAME, (x, y) => 0.02 * texture.at(x, y, 10))
}

function ribs(canvas: Canvas, wide: number, tall: number, random: Random): void {
  const start = random.uniform(0, 0.3)
  for (let i = 0; i < 9; i++) {
    const angle = Math.PI * (0.12 + start * 0.1 + i * 0.2) - Math.PI * 0.3
    if (Math.sin(angle) < -0.75) continue
    canvas.mix(
      ellipse(
        Math.cos(angle) * (wide - 0.05),
        Math.sin(angle) * (tall - 0.045),
        0.055,
        0.028,
        angle + Math.PI / 2,
        0.25,
      ),
      0.92,
    )
  }
}

function bowel(canvas: Canvas, cavity: Shape, random: Random): void {
  canvas.mix(both(cavity, ellipse(0.26, -0.28, 0.2, 0.15, 0.3, 0.1)), 0.5)
  canvas.mix(ellipse(0.28, -0.33, 0.12, 0.06, 0.1, 0.15), 0.02)
  for (let i = 0; i < 6; i++) {
    const x = random.uniform(-0.15, 0.5)
    const y = random.uniform(-0.1, 0.18)
    const size = random.uniform(0.055, 0.085)
    canvas.mix(both(cavity, ellipse(x, y, size * 1.3, size, random.uniform(0, 3), 0.15)), 0.52)
    canvas.mix(ellipse(x, y, size * 0.6, size * 0.45, 0, 0.4), random.uniform() < 0.3 ? 0.03 : 0.38)
  }
}

function spine(canvas: Canvas): void {
  canvas.mix(ellipse(0, 0.35, 0.14, 0.12, 0, 0.08), 0.9)
  canvas.mix(ellipse(0, 0.35, 0.1, 0.085, 0, 0.2), 0.76)
  for (const side of [-1, 1])
    canvas.mix(
      stroke(
        [
          [side * 0.07, 0.47],
          [side * 0.19, 0.53],
        ],
        0.03,
      ),
      0.88,
    )
  canvas.mix(
    stroke(
      [
        [0, 0.55],
        [0, 0.64],
      ],
      0.028,
    ),
    0.88,
  )
  canvas.mix(ellipse(0, 0.49, 0.05, 0.045), 0.4)
}

function kidneys(canvas: Canvas, tumour: number, random: Random, texture: Texture): void {
  const sick = random.pick([-1, 1])
  for (const side of [-1, 1]) {
    const x = side * random.uniform(0.36, 0.42)
    const y = random.uniform(0.24, 0.32)
    canvas.mix(ellipse(x, y, 0.19, 0.17, 0, 0.1), 0.22, 0.85)
    canvas.mix(ellipse(x, y, 0.13, 0.115, side * 0.5, 0.08), 0.8)
    canvas.mix(ellipse(x - side * 0.05, y, 0.055, 0.045, 0, 0.2), 0.4)
    if (tumour === 0 || side !== sick) continue
    const radius = random.uniform(0.15, 0.18) + 0.09 * tumour
    const mass = ragged(random, x + side * 0.06, y - 0.1, radius, 0.12, 0.07)
    canvas.mix(mass, 0.68)
    canvas.shade(mass, (u, v) => 0.22 * texture.fractal(u, v, 6))
    canvas.mix(ragged(random, x + side * 0.06, y - 0.1, radius * 0.4, 0.25, 0.2), 0.4)
  }
}

function vessels(canvas: Canvas, aneurysm: number, random: Random): void {
  canvas.mix(ellipse(-0.13, 0.17, 0.06, 0.05, 0, 0.15), 0.7)
  if (aneurysm === 0) {
    canvas.mix(ellipse(0.05, 0.17, 0.062, 0.062, 0, 0.12), 0.84)
    return
  }
  const radius = 0.13 + 0.11 * aneurysm
  const x = 0.05 + random.uniform(-0.02, 0.06)
  const y = 0.22 - radius * 0.85
  canvas.mix(ellipse(x, y, radius, radius * 0.95, 0, 0.06), 0.46)
  canvas.mix(
    without(ellipse(x, y, radius * 1.02, radius * 0.97, 0, 0.04), ellipse(x, y, radius * 0.92, radius * 0.88, 0, 0.04)),
    0.78,
    0.5,
  )
  canvas.mix(
    ellipse(x + random.uniform(-0.03, 0.03), y + random.uniform(-0.02, 0.03), radius * 0.66, radius * 0.6, 0, 0.08),
    0.95,
  )
}

function metastases(canvas: Canvas, liver: Shape, severity: number, random: Random): void {
  const count = 4 + random.int(4)
  for (let i = 0; i < count; i++) {
    const angle = random.uniform(0, 2 * Math.PI)
    const reach = random.uniform(0.05, 0.3)
    const size = random.uniform(0.05, 0.085) * (0.8 + 0.3 * severity)
    const spot = ragged(random, -0.4 + reach * Math.cos(angle), -0.14 + reach * Math.sin(angle) * 0.9, size, 0.1, 0.22)
    canvas.mix(both(liver, spot), 0.43 - 0.13 * severity)
  }
}

/** Streaks from metal, rings of a bad detector, or the table. */
function disturb(canvas: Canvas, random: Random): void {
  const kind = random.int(3)
  if (kind === 0) {
    const angle = random.uniform(0, Math.PI)
    canvas.shade(FRAME, (x, y) => 0.05 * Math.sin((Math.atan2(y - 0.35, x) + angle) * 26))
  } else if (kind === 1) {
    const pitch = random.uniform(30, 60)
    canvas.shade(FRAME, (x, y) => 0.03 * Math.sin(Math.hypot(x, y) * pitch))
  } else {
    canvas.setPose(UPRIGHT)
    const y = random.uniform(0.8, 0.9)
    canvas.mix(
      stroke(
        [
          [-0.8, y - 0.08],
          [-0.4, y],
          [0.4, y],
          [0.8, y - 0.08],
        ],
        0.018,
      ),
      0.6,
    )
  }
}

import type { Random } from '../../contracts/index.ts'
import {
  below,
  both,
  type Canvas,
  curve,
  ellipse,
  FRAME,
  ragged,
  type Shape,
  stroke,
  UPRIGHT,
  without,
} from './canvas.ts'
import type { Phantom } from './phantom.ts'
import { Texture } from './texture.ts'

/** A frontal chest radiograph: air is dark, bone and fluid are bright. */
export const chestXray: Phantom = {
  id: 'phantom-chest-xray',
  name: 'Phantom chest X-ray',
  domain: 'chest radiography',
  modality: 'X-ray',
  anatomy: 'chest',
  pictureWords: [
    'chest X-ray',
    'chest radiograph',
    'frontal chest X-ray',
    'posteroanterior chest radiograph',
    'plain film of the chest',
  ],
  siteWords: ['lung', 'chest', 'thorax', 'hemithorax'],
  channels: 1,
  background: 0.03,
  mirrors: false,
  findings: [
    {
      id: 'normal',
      name: 'Normal',
      promptName: 'a normal chest X-ray',
      words: ['normal lungs', 'clear lung fields', 'no abnormality'],
      signs: ['both lungs are clear', 'the heart is of normal size', 'the costophrenic angles are sharp'],
    },
    {
      id: 'pneumonia',
      name: 'Pneumonia',
      promptName: 'a chest X-ray with pneumonia',
      words: ['pneumonia', 'lobar pneumonia', 'lung consolidation', 'airspace disease'],
      signs: ['patchy consolidation', 'an ill-defined opacity', 'airspace shadowing in one lobe'],
    },
    {
      id: 'pleural_effusion',
      name: 'Pleural effusion',
      promptName: 'a chest X-ray with a pleural effusion',
      words: ['pleural effusion', 'pleural fluid', 'hydrothorax'],
      signs: ['a blunted costophrenic angle', 'a meniscus of fluid', 'homogeneous opacity of the lower zone'],
    },
    {
      id: 'pneumothorax',
      name: 'Pneumothorax',
      promptName: 'a chest X-ray with a pneumothorax',
      words: ['pneumothorax', 'collapsed lung', 'air in the pleural space'],
      signs: ['a visible pleural edge', 'absent lung markings laterally', 'a lucent hemithorax'],
    },
    {
      id: 'cardiomegaly',
      name: 'Cardiomegaly',
      promptName: 'a chest X-ray with cardiomegaly',
      words: ['cardiomegaly', 'an enlarged heart', 'cardiac enlargement'],
      signs: ['a cardiothoracic ratio above one half', 'a wide cardiac silhouette', 'a globular heart shadow'],
    },
  ],
  draw,
  disturb,
}

function draw(canvas: Canvas, findingId: string, severity: number, random: Random): void {
  const texture = new Texture(random)
  const side = random.uniform() < 0.5 ? -1 : 1
  const wide = random.uniform(0.27, 0.33)
  const tall = random.uniform(0.56, 0.68)
  const lungs = [-1, 1].map((s) => lung(s * random.uniform(0.37, 0.41), wide, tall))
  const sick = side < 0 ? lungs[0]! : lungs[1]!

  canvas.mix(ellipse(0, -0.95, 0.2, 0.35), 0.5)
  canvas.mix(ellipse(0, 0.42, 0.93, 1.22, 0, 0.05), random.uniform(0.46, 0.56))
  for (const s of [-1, 1]) {
    canvas.mix(ellipse(s * 0.62, -0.5, 0.5, 0.22, s * 0.4, 0.08), 0.47)
    canvas.mix(ellipse(s * 1.02, 0.1, 0.16, 0.7, -s * 0.1, 0.1), 0.42)
    canvas.mix(ellipse(s * 0.8, -0.5, 0.11, 0.1, 0, 0.2), 0.66, 0.7)
  }
  for (const shape of lungs) canvas.mix(shape, random.uniform(0.15, 0.21))
  for (const shape of lungs)
    canvas.shade(
      shape,
      (x, y) => 0.09 * Math.max(0, texture.fractal(x, y, 5)) * (1.4 - 2 * Math.abs(Math.abs(x) - 0.2)),
    )
  hila(canvas, random)
  if (findingId === 'pneumothorax') pneumothorax(canvas, sick, side, severity)
  if (findingId === 'pneumonia') pneumonia(canvas, sick, side, severity, random, texture)
  mediastinum(canvas, findingId === 'cardiomegaly' ? 0.12 + 0.12 * severity : 0, random)
  if (findingId === 'pleural_effusion') effusion(canvas, side, severity, random)
  bones(canvas, random)
}

/** Narrow at the top, cut off by the dome of the diaphragm. */
function lung(x: number, wide: number, tall: number): Shape {
  const whole = ellipse(x, 0.04, wide, tall, x * 0.22, 0.07)
  return without(whole, ellipse(x * 1.05, 0.86, 0.48, 0.36, 0, 0.06))
}

function hila(canvas: Canvas, random: Random): void {
  for (const side of [-1, 1]) {
    canvas.add(ellipse(side * 0.2, -0.02, 0.1, 0.16, side * 0.3, 0.8), 0.16)
    for (let i = 0; i < 5; i++) {
      const angle = random.uniform(-1.3, 1.5)
      const reach = random.uniform(0.2, 0.38)
      const end = [side * (0.18 + reach * Math.cos(angle)), reach * Math.sin(angle) * 1.4] as const
      canvas.add(stroke([[side * 0.16, 0], [side * (0.18 + reach * 0.5), end[1] * 0.4], end], 0.012, 0.9), 0.1)
    }
  }
}

function mediastinum(canvas: Canvas, growth: number, random: Random): void {
  canvas.mix(ellipse(0, -0.2, 0.12, 0.8, 0, 0.2), 0.68)
  canvas.mix(ellipse(0.1, -0.3, 0.11, 0.1, 0, 0.2), 0.68)
  const wide = random.uniform(0.24, 0.29) + growth
  canvas.mix(ellipse(0.1 + growth * 0.25, 0.3 - growth * 0.15, wide, 0.26 + growth * 0.55, 0.35, 0.08), 0.7)
  canvas.shade(ellipse(0, 0, 0.08, 1.1, 0, 0.3), (_, y) => 0.05 * Math.sin(y * 38))
}

function bones(canvas: Canvas, random: Random): void {
  const tilt = random.uniform(0.1, 0.22)
  for (const side of [-1, 1]) {
    for (let rib = 0; rib < 8; rib++) {
      const y = -0.62 + rib * 0.165
      const reach = 0.62 + 0.12 * Math.sin((rib / 8) * Math.PI)
      const path = curve([side * 0.1, y], [side * reach * 0.9, y - 0.05 + tilt * 0.2], [side * reach, y + tilt + 0.1])
      canvas.add(stroke(path, 0.026, 0.6), 0.085)
    }
    canvas.add(stroke(curve([side * 0.08, -0.62], [side * 0.35, -0.58], [side * 0.72, -0.76]), 0.035, 0.5), 0.16)
  }
}

function pneumonia(
  canvas: Canvas,
  sick: Shape,
  side: number,
  severity: number,
  random: Random,
  texture: Texture,
): void {
  const y = random.pick([-0.28, 0.05, 0.3]) + random.uniform(-0.08, 0.08)
  const patch = ragged(random, side * random.uniform(0.34, 0.46), y, 0.2 + 0.07 * severity, 0.28, 0.3)
  canvas.shade(both(sick, patch), (x, yy) => severity * (0.36 + 0.16 * texture.fractal(x + 9, yy, 6)))
}

function effusion(canvas: Canvas, side: number, severity: number, random: Random): void {
  const level = 0.36 - 0.34 * severity * random.uniform(0.8, 1.2)
  const meniscus = (x: number) => level - 0.55 * Math.max(0, side * x - 0.3) ** 1.3 * 1.4
  const chest = ellipse(side * 0.4, 0.1, 0.36, 0.72, side * 0.08, 0.06)
  canvas.mix(both(chest, below(meniscus, 0.035)), 0.72, 0.93)
}

function pneumothorax(canvas: Canvas, sick: Shape, side: number, severity: number): void {
  const collapsed = ellipse(side * 0.2, 0.12, 0.31 - 0.11 * severity, 0.5 - 0.12 * severity, side * 0.1, 0.05)
  canvas.mix(without(sick, collapsed), 0.035, 0.95)
  canvas.add(both(sick, collapsed), 0.17)
  const edge = without(
    collapsed,
    ellipse(side * 0.2, 0.12, 0.28 - 0.11 * severity, 0.47 - 0.12 * severity, side * 0.1, 0.05),
  )
  canvas.add(both(sick, edge), 0.22)
}

/** A side marker of lead, a cable or the edge of the collimator. */
function disturb(canvas: Canvas, random: Random): void {
  const kind = random.int(3)
  if (kind === 0) {
    canvas.setPose(UPRIGHT)
    const x = random.pick([-0.82, 0.82])
    const letter = stroke(
      [
        [x - 0.05, -0.72],
        [x - 0.05, -0.88],
        [x + 0.04, -0.88],
        [x + 0.04, -0.8],
        [x - 0.05, -0.8],
        [x + 0.05, -0.72],
      ],
      0.016,
    )
    canvas.mix(letter, 0.98)
  } else if (kind === 1) {
    canvas.mix(
      stroke(
        curve([random.uniform(-0.5, 0.5), -1.1], [random.uniform(-0.6, 0.6), 0], [random.uniform(-0.9, 0.9), 1.1], 10),
        0.012,
      ),
      0.9,
    )
    canvas.mix(ellipse(random.uniform(-0.6, 0.6), random.uniform(-0.4, 0.4), 0.05, 0.05), 0.9, 0.8)
  } else {
    canvas.setPose({ ...UPRIGHT, rotation: random.uniform(-0.06, 0.06) })
    const inside = random.uniform(0.86, 0.95)
    canvas.mix(
      without(FRAME, {
        bounds: [-4, -4, 4, 4],
        cover: (x, y) => (Math.abs(x) < inside && Math.abs(y) < inside ? 1 : 0),
      }),
      0.01,
    )
  }
}

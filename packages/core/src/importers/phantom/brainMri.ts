import { Random } from '../../contracts/index.ts'
import { both, type Canvas, ellipse, FRAME, ragged, type Shape, stroke } from './canvas.ts'
import type { Phantom } from './phantom.ts'
import { Texture } from './texture.ts'

/** An axial slice of the head after contrast: fluid is dark, enhancing tissue is bright. */
export const brainMri: Phantom = {
  id: 'phantom-brain-mri',
  name: 'Phantom brain MRI',
  domain: 'neuroradiology',
  modality: 'MRI',
  anatomy: 'brain',
  pictureWords: [
    'brain MRI',
    'axial MRI',
    'magnetic resonance image of the head',
    'contrast-enhanced MRI',
    'cranial MR scan',
  ],
  siteWords: ['brain', 'head', 'cerebrum', 'cerebral hemisphere'],
  channels: 1,
  background: 0.01,
  mirrors: true,
  findings: [
    {
      id: 'normal',
      name: 'Normal',
      promptName: 'a normal brain MRI',
      words: ['normal brain', 'no intracranial abnormality', 'normal study'],
      signs: ['symmetric ventricles', 'no mass and no midline shift', 'normal grey and white matter'],
    },
    {
      id: 'glioma',
      name: 'Glioma',
      promptName: 'a brain MRI with a glioma',
      words: ['glioma', 'glioblastoma', 'high-grade glioma', 'malignant glial tumour'],
      signs: ['an irregular ring of enhancement', 'a necrotic centre', 'surrounding oedema'],
    },
    {
      id: 'meningioma',
      name: 'Meningioma',
      promptName: 'a brain MRI with a meningioma',
      words: ['meningioma', 'convexity meningioma', 'dural tumour'],
      signs: ['a homogeneous mass with a broad dural base', 'bright uniform enhancement', 'an extra-axial mass'],
    },
    {
      id: 'stroke',
      name: 'Ischaemic stroke',
      promptName: 'a brain MRI with an ischaemic stroke',
      words: ['ischaemic stroke', 'cerebral infarct', 'acute infarction'],
      signs: [
        'a bright wedge in the territory of the middle cerebral artery',
        'restricted diffusion',
        'cortical swelling',
      ],
    },
    {
      id: 'hydrocephalus',
      name: 'Hydrocephalus',
      promptName: 'a brain MRI with hydrocephalus',
      words: ['hydrocephalus', 'enlarged ventricles', 'ventriculomegaly'],
      signs: ['ballooned lateral ventricles', 'thinned cortex', 'effaced sulci'],
    },
  ],
  draw,
  disturb,
}

function draw(canvas: Canvas, findingId: string, severity: number, random: Random): void {
  const texture = new Texture(random)
  const wide = random.uniform(0.66, 0.74)
  const tall = random.uniform(0.82, 0.9)
  const brain = ellipse(0, 0, wide - 0.11, tall - 0.11, 0, 0.04)
  canvas.mix(ellipse(0, 0, wide, tall, 0, 0.03), random.uniform(0.6, 0.8))
  canvas.mix(ellipse(0, 0, wide - 0.045, tall - 0.045, 0, 0.03), 0.06)
  canvas.mix(brain, 0.4)
  folds(canvas, brain, wide - 0.11, tall - 0.11, texture)
  canvas.mix(
    both(
      brain,
      stroke(
        [
          [0, -tall],
          [0, tall],
        ],
        0.014,
      ),
    ),
    0.12,
    0.8,
  )
  ventricles(canvas, findingId === 'hydrocephalus' ? 1.25 + 0.75 * severity : random.uniform(0.7, 0.95), random)
  const side = 1
  if (findingId === 'glioma') glioma(canvas, brain, side, severity, random, texture)
  if (findingId === 'meningioma') meningioma(canvas, wide, tall, severity, random)
  if (findingId === 'stroke') stroked(canvas, brain, severity, random, texture)
}

/** Dark sulci near the surface, lighter white matter inside. */
function folds(canvas: Canvas, brain: Shape, wide: number, tall: number, texture: Texture): void {
  canvas.each(brain, (index, cover, x, y) => {
    const depth = 1 - Math.hypot(x / wide, y / tall)
    const fold = Math.abs(texture.at(x, y, 6))
    const white = Math.min(1, Math.max(0, (depth - 0.16 + 0.22 * texture.at(x + 5, y, 5)) * 9))
    const sulcus = fold < 0.22 ? (0.22 - fold) * 4 * Math.max(0, 1 - depth * 3.2) : 0
    canvas.planes[0]![index]! += cover * (0.17 * white - 0.33 * sulcus + 0.03 * texture.at(x, y, 12))
  })
}

function ventricles(canvas: Canvas, size: number, random: Random): void {
  const tilt = random.uniform(0.15, 0.3)
  for (const side of [-1, 1]) {
    canvas.mix(ellipse(side * 0.09 * size, -0.17, 0.055 * size, 0.2 * size ** 0.7, side * tilt, 0.18), 0.1)
    canvas.mix(ellipse(side * 0.13 * size, 0.17, 0.05 * size, 0.19 * size ** 0.7, -side * (tilt + 0.15), 0.18), 0.1)
  }
  canvas.mix(ellipse(0, 0.04, 0.025 * size, 0.09, 0, 0.2), 0.12)
}

function glioma(canvas: Canvas, brain: Shape, side: number, severity: number, random: Random, texture: Texture): void {
  const x = side * random.uniform(0.2, 0.34)
  const y = random.uniform(-0.38, 0.4)
  const radius = random.uniform(0.15, 0.19) * (0.75 + 0.35 * severity)
  const seed = random.fork('outline')
  const outline = (r: number, soft: number) => ragged(seedAgain(seed), x, y, r, 0.22, soft)
  canvas.mix(both(brain, outline(radius * 1.75, 0.35)), 0.24, 0.75)
  canvas.mix(both(brain, outline(radius, 0.1)), 0.62 + 0.36 * severity)
  const core = outline(radius * 0.62, 0.16)
  canvas.mix(core, 0.14)
  canvas.shade(core, (u, v) => 0.08 * texture.at(u, v, 9))
}

/** The same outline several times: every call starts from the same state. */
function seedAgain(random: Random): Random {
  return Random.restore(random.save())
}

function meningioma(canvas: Canvas, wide: number, tall: number, severity: number, random: Random): void {
  const angle = random.uniform(-2.2, 0.9)
  const x = Math.abs(Math.cos(angle)) * (wide - 0.23)
  const y = Math.sin(angle) * (tall - 0.25)
  const radius = random.uniform(0.14, 0.19) * (0.8 + 0.25 * severity)
  canvas.mix(ellipse(x, y, radius * 1.25, radius * 1.25, 0, 0.2), 0.26, 0.6)
  canvas.mix(ellipse(x, y, radius, radius * random.uniform(0.85, 1.1), angle, 0.07), 0.68 + 0.28 * severity)
}

function stroked(canvas: Canvas, brain: Shape, severity: number, random: Random, texture: Texture): void {
  const y = random.uniform(-0.15, 0.2)
  const opening = random.uniform(0.42, 0.6)
  const wedge: Shape = {
    bounds: [0.1, -1, 1, 1],
    cover(px, py) {
      const along = px - 0.12
      if (along <= 0) return 0
      const off = Math.abs(py - y) / (0.05 + along * opening * 1.5)
      return Math.min(1, Math.max(0, (1 - off) * 5)) * Math.min(1, along * 8)
    },
  }
  canvas.shade(both(brain, wedge), (u, v) => severity * (0.34 + 0.1 * texture.at(u, v, 7)))
}

/** Uneven coil sensitivity, or ripples from movement. */
function disturb(canvas: Canvas, random: Random): void {
  if (random.uniform() < 0.6) {
    const angle = random.uniform(0, 2 * Math.PI)
    canvas.multiply(FRAME, (x, y) => 1 + 0.3 * (x * Math.cos(angle) + y * Math.sin(angle)))
  } else {
    const pitch = random.uniform(22, 40)
    canvas.multiply(FRAME, (_, y) => 1 + 0.1 * Math.sin(y * pitch))
  }
}

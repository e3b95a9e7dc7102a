import type { Random } from '../../contracts/index.ts'
import { both, type Canvas, curve, ellipse, type Point, ragged, type Shape, stroke, UPRIGHT } from './canvas.ts'
import type { Phantom } from './phantom.ts'
import { Texture } from './texture.ts'

/** A colour photograph of the retina. The macula lies in the middle, the optic disc beside it. */
export const fundus: Phantom = {
  id: 'phantom-fundus',
  name: 'Phantom fundus photograph',
  domain: 'ophthalmology',
  modality: 'fundus',
  anatomy: 'retina',
  pictureWords: [
    'fundus photograph',
    'colour fundus photo',
    'fundus image',
    'retinal photograph',
    'ophthalmoscopic image',
  ],
  siteWords: ['retina', 'eye', 'fundus', 'posterior pole'],
  channels: 3,
  background: [0.02, 0.015, 0.01],
  mirrors: true,
  findings: [
    {
      id: 'normal',
      name: 'Normal',
      promptName: 'a normal fundus',
      words: ['normal fundus', 'healthy retina', 'no retinopathy'],
      signs: ['a pink disc with a small cup', 'a normal macula', 'vessels of normal calibre'],
    },
    {
      id: 'diabetic_retinopathy',
      name: 'Diabetic retinopathy',
      promptName: 'a fundus with diabetic retinopathy',
      words: ['diabetic retinopathy', 'proliferative diabetic retinopathy', 'diabetic eye disease'],
      signs: ['dot haemorrhages and hard exudates', 'yellow exudates', 'scattered microaneurysms'],
    },
    {
      id: 'glaucoma',
      name: 'Glaucoma',
      promptName: 'a fundus with glaucoma',
      words: ['glaucoma', 'glaucomatous optic neuropathy', 'open-angle glaucoma'],
      signs: ['a large pale cup', 'a high cup-to-disc ratio', 'a thin neural rim'],
    },
    {
      id: 'macular_degeneration',
      name: 'Macular degeneration',
      promptName: 'a fundus with macular degeneration',
      words: ['age-related macular degeneration', 'macular degeneration', 'dry macular degeneration'],
      signs: ['confluent drusen at the macula', 'geographic atrophy', 'pale yellow deposits in the centre'],
    },
    {
      id: 'vein_occlusion',
      name: 'Retinal vein occlusion',
      promptName: 'a fundus with a retinal vein occlusion',
      words: ['retinal vein occlusion', 'branch retinal vein occlusion', 'venous occlusion'],
      signs: ['flame-shaped haemorrhages in one quadrant', 'tortuous veins', 'blood along the nerve fibres'],
    },
  ],
  draw,
  disturb,
}

const VESSEL = [0.45, 0.11, 0.06] as const
const BLOOD = [0.38, 0.05, 0.03] as const
const EXUDATE = [0.97, 0.83, 0.4] as const
const DISC = { x: 0.46, y: 0 }

function draw(canvas: Canvas, findingId: string, severity: number, random: Random): void {
  const texture = new Texture(random)
  const globe = ellipse(0, 0, 0.93, 0.93, 0, 0.02)
  canvas.mix(globe, [random.uniform(0.72, 0.86), random.uniform(0.32, 0.42), random.uniform(0.1, 0.18)])
  canvas.multiply(globe, (x, y) => 1.06 - 0.32 * (x * x + y * y) + 0.08 * texture.fractal(x, y, 3))
  canvas.mix(ellipse(-0.12, 0.04, 0.22, 0.2, 0, 0.9), [0.52, 0.17, 0.07], 0.6)
  if (findingId === 'macular_degeneration') degeneration(canvas, severity, random)
  disc(
    canvas,
    findingId === 'glaucoma' ? 0.55 + 0.27 * severity : random.uniform(0.28, 0.42),
    findingId === 'glaucoma',
    random,
  )
  vessels(canvas, globe, random)
  if (findingId === 'diabetic_retinopathy') retinopathy(canvas, globe, severity, random)
  if (findingId === 'vein_occlusion') occlusion(canvas, globe, severity, random)
}

function disc(canvas: Canvas, cup: number, pale: boolean, random: Random): void {
  const radius = random.uniform(0.14, 0.17) * (pale ? 1.12 : 1)
  canvas.mix(ellipse(DISC.x, DISC.y, radius * 1.1, radius * 1.22, 0, 0.12), [0.95, 0.68, 0.36])
  canvas.mix(
    ellipse(DISC.x - 0.01, DISC.y, radius * cup, radius * cup * 1.1, 0, 0.15),
    pale ? [1, 0.97, 0.84] : [0.99, 0.86, 0.6],
  )
}

/** Two arcades above and below the macula, two branches towards the nose, with twigs. */
function vessels(canvas: Canvas, globe: Shape, random: Random): void {
  const start: Point = [DISC.x, DISC.y]
  for (const up of [-1, 1]) {
    const arcade = curve(
      start,
      [DISC.x - random.uniform(0.05, 0.2), up * random.uniform(0.72, 0.92)],
      [-0.72, up * random.uniform(0.3, 0.55)],
      10,
    )
    canvas.mix(both(globe, stroke(arcade, random.uniform(0.018, 0.028))), VESSEL, 0.85)
    const nasal = curve(start, [DISC.x + 0.08, up * 0.45], [random.uniform(0.72, 0.88), up * random.uniform(0.45, 0.7)])
    canvas.mix(both(globe, stroke(nasal, 0.016)), VESSEL, 0.8)
    for (let i = 2; i < 9; i++) {
      const from = arcade[i]!
      const outwards = i % 2 === 0
      const reach = random.uniform(0.2, 0.42)
      const end: Point = [from[0] - reach * random.uniform(0.3, 0.9), from[1] + up * (outwards ? reach : -reach * 0.55)]
      const bend: Point = [
        (from[0] + end[0]) / 2 + random.uniform(-0.07, 0.07),
        (from[1] + end[1]) / 2 + random.uniform(-0.07, 0.07),
      ]
      canvas.mix(both(globe, stroke(curve(from, bend, end, 4), 0.01)), VESSEL, 0.65)
    }
  }
}

function retinopathy(canvas: Canvas, globe: Shape, severity: number, random: Random): void {
  const dots = Math.round(10 + 16 * severity)
  for (let i = 0; i < dots; i++) {
    const size = random.uniform(0.02, 0.05) * (0.7 + 0.4 * severity)
    canvas.mix(
      both(globe, ragged(random, random.uniform(-0.75, 0.6), random.uniform(-0.7, 0.7), size, 0.2, 0.3)),
      BLOOD,
      0.9,
    )
  }
  const clusters = 2 + random.int(3)
  for (let i = 0; i < clusters; i++) {
    const x = random.uniform(-0.55, 0.2)
    const y = random.uniform(-0.45, 0.45)
    for (let j = 0; j < 5; j++) {
      const size = random.uniform(0.018, 0.04)
      canvas.mix(
        both(globe, ellipse(x + random.normal(0, 0.07), y + random.normal(0, 0.07), size, size, 0, 0.3)),
        EXUDATE,
        0.5 + 0.45 * severity,
      )
    }
  }
}

function degeneration(canvas: Canvas, severity: number, random: Random): void {
  if (random.uniform() < 0.5) {
    canvas.mix(
      ragged(random, -0.12, 0.04, 0.17 + 0.07 * severity, 0.15, 0.15),
      [0.93, 0.68, 0.42],
      0.55 + 0.35 * severity,
    )
  }
  const drusen = Math.round(18 + 18 * severity)
  for (let i = 0; i < drusen; i++) {
    const size = random.uniform(0.02, 0.042)
    canvas.mix(
      ellipse(-0.12 + random.normal(0, 0.13), 0.04 + random.normal(0, 0.13), size, size, 0, 0.4),
      [0.96, 0.8, 0.42],
      0.4 + 0.4 * severity,
    )
  }
}

function occlusion(canvas: Canvas, globe: Shape, severity: number, random: Random): void {
  const up = random.pick([-1, 1])
  const flames = Math.round(26 + 24 * severity)
  for (let i = 0; i < flames; i++) {
    const angle = up * random.uniform(1.75, 2.95)
    const reach = random.uniform(0.2, 1.05)
    const x = DISC.x + reach * Math.cos(angle)
    const y = DISC.y + reach * Math.sin(angle) * 0.85
    const length = random.uniform(0.05, 0.11)
    const direction = angle + random.uniform(-0.25, 0.25)
    const flame = stroke(
      [
        [x, y],
        [x + length * Math.cos(direction), y + length * Math.sin(direction)],
      ],
      random.uniform(0.014, 0.028),
      0.8,
    )
    canvas.mix(both(globe, flame), BLOOD, 0.6 + 0.35 * severity)
  }
}

/** A crescent of stray light, or dust on the lens. */
function disturb(canvas: Canvas, random: Random): void {
  canvas.setPose(UPRIGHT)
  const globe = ellipse(0, 0, 0.9, 0.9, 0, 0.05)
  if (random.uniform() < 0.6) {
    const angle = random.uniform(0, 2 * Math.PI)
    canvas.add(
      both(globe, ellipse(1.15 * Math.cos(angle), 1.15 * Math.sin(angle), 0.5, 0.5, 0, 0.7)),
      [0.22, 0.24, 0.2],
    )
  } else {
    for (let i = 0; i < 3; i++) {
      canvas.add(
        both(globe, ellipse(random.uniform(-0.7, 0.7), random.uniform(-0.7, 0.7), 0.06, 0.06, 0, 0.5)),
        [0.1, 0.12, 0.1],
      )
    }
  }
}

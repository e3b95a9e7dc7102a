import type { Random } from '../../contracts/index.ts'
import { both, type Canvas, ellipse, FRAME, ragged, stroke, UPRIGHT, without } from './canvas.ts'
import type { Phantom } from './phantom.ts'
import { Texture } from './texture.ts'

/** A stained blood film under the microscope: red cells around one cell of interest. */
export const bloodSmear: Phantom = {
  id: 'phantom-blood-smear',
  name: 'Phantom blood smear',
  domain: 'haematology',
  modality: 'blood smear',
  anatomy: 'blood',
  pictureWords: [
    'blood smear',
    'peripheral blood film',
    'light micrograph of blood',
    'Giemsa-stained smear',
    'Wright-stained blood smear',
  ],
  siteWords: ['blood', 'peripheral blood', 'blood film'],
  channels: 3,
  background: [0.93, 0.89, 0.87],
  mirrors: true,
  findings: [
    {
      id: 'neutrophil',
      name: 'Neutrophil',
      promptName: 'a blood smear with a neutrophil',
      words: ['neutrophil', 'segmented neutrophil', 'polymorphonuclear leukocyte'],
      signs: ['a nucleus of several lobes', 'pale pink cytoplasm', 'thin strands between the lobes'],
    },
    {
      id: 'lymphocyte',
      name: 'Lymphocyte',
      promptName: 'a blood smear with a lymphocyte',
      words: ['lymphocyte', 'small lymphocyte', 'mature lymphocyte'],
      signs: ['a round dark nucleus', 'a thin rim of blue cytoplasm', 'dense chromatin'],
    },
    {
      id: 'monocyte',
      name: 'Monocyte',
      promptName: 'a blood smear with a monocyte',
      words: ['monocyte', 'large monocyte', 'circulating monocyte'],
      signs: ['a kidney-shaped nucleus', 'abundant grey-blue cytoplasm', 'cytoplasmic vacuoles'],
    },
    {
      id: 'eosinophil',
      name: 'Eosinophil',
      promptName: 'a blood smear with an eosinophil',
      words: ['eosinophil', 'eosinophilic granulocyte', 'eosinophil leukocyte'],
      signs: ['coarse orange granules', 'a nucleus of two lobes', 'bright red granules'],
    },
    {
      id: 'malaria',
      name: 'Malaria',
      promptName: 'a blood smear with malaria parasites',
      words: ['malaria', 'Plasmodium falciparum', 'malaria parasites in red cells'],
      signs: ['ring forms inside erythrocytes', 'purple parasites with a chromatin dot', 'several infected red cells'],
    },
  ],
  draw,
  disturb,
}

const NUCLEUS = [0.36, 0.19, 0.5] as const

function draw(canvas: Canvas, findingId: string, severity: number, random: Random): void {
  const texture = new Texture(random)
  canvas.shade(FRAME, (x, y) => 0.03 * texture.fractal(x, y, 2))
  const cells = redCells(canvas, findingId === 'malaria' ? 0 : 0.42, random)
  const x = random.uniform(-0.14, 0.14)
  const y = random.uniform(-0.14, 0.14)
  const turn = random.uniform(0, 2 * Math.PI)
  if (findingId === 'neutrophil') neutrophil(canvas, x, y, turn, random)
  if (findingId === 'lymphocyte') lymphocyte(canvas, x, y, random, texture)
  if (findingId === 'monocyte') monocyte(canvas, x, y, turn, random)
  if (findingId === 'eosinophil') eosinophil(canvas, x, y, turn, severity, random)
  if (findingId === 'malaria') malaria(canvas, cells, severity, random)
}

interface Cell {
  x: number
  y: number
  radius: number
}

/** Scatters red cells outside a free circle in the middle, mostly without overlap. */
function redCells(canvas: Canvas, free: number, random: Random): Cell[] {
  const cells: Cell[] = []
  const size = random.uniform(0.17, 0.23)
  const wanted = 9 + random.int(12)
  const colour = [random.uniform(0.84, 0.92), random.uniform(0.58, 0.68), random.uniform(0.58, 0.68)] as const
  for (let attempt = 0; attempt < 90 && cells.length < wanted; attempt++) {
    const cell = {
      x: random.uniform(-1.15, 1.15),
      y: random.uniform(-1.15, 1.15),
      radius: size * random.uniform(0.85, 1.12),
    }
    if (Math.hypot(cell.x, cell.y) < free + cell.radius) continue
    if (cells.some((other) => Math.hypot(other.x - cell.x, other.y - cell.y) < (other.radius + cell.radius) * 0.88))
      continue
    cells.push(cell)
    const angle = random.uniform(0, Math.PI)
    canvas.mix(ellipse(cell.x, cell.y, cell.radius, cell.radius * random.uniform(0.86, 1), angle, 0.07), colour, 0.92)
    canvas.mix(ellipse(cell.x, cell.y, cell.radius * 0.5, cell.radius * 0.45, angle, 0.7), [0.95, 0.85, 0.84], 0.75)
  }
  return cells
}

function neutrophil(canvas: Canvas, x: number, y: number, turn: number, random: Random): void {
  canvas.mix(ragged(random, x, y, random.uniform(0.36, 0.42), 0.05, 0.06), [0.92, 0.8, 0.86])
  const lobes = 3 + random.int(3)
  let before: readonly [number, number] | null = null
  for (let i = 0; i < lobes; i++) {
    const angle = turn + (i / lobes) * 4.6
    const at = [x + 0.17 * Math.cos(angle), y + 0.17 * Math.sin(angle)] as const
    canvas.mix(ellipse(at[0], at[1], random.uniform(0.085, 0.115), random.uniform(0.075, 0.1), angle, 0.15), NUCLEUS)
    if (before) canvas.mix(stroke([before, at], 0.02), NUCLEUS)
    before = at
  }
}

function lymphocyte(canvas: Canvas, x: number, y: number, random: Random, texture: Texture): void {
  const radius = random.uniform(0.26, 0.32)
  canvas.mix(ragged(random, x, y, radius * 1.2, 0.04, 0.06), [0.68, 0.74, 0.92])
  const nucleus = ellipse(x + 0.02, y, radius, radius * 0.95, 0, 0.07)
  canvas.mix(nucleus, [0.32, 0.17, 0.46])
  canvas.shade(nucleus, (u, v) => 0.05 * texture.at(u, v, 9))
}

function monocyte(canvas: Canvas, x: number, y: number, turn: number, random: Random): void {
  const radius = random.uniform(0.46, 0.54)
  canvas.mix(ragged(random, x, y, radius, 0.09, 0.06), [0.73, 0.73, 0.84])
  for (let i = 0; i < 4; i++) {
    canvas.mix(
      ellipse(x + random.uniform(-0.3, 0.3), y + random.uniform(-0.3, 0.3), 0.03, 0.03),
      [0.93, 0.91, 0.95],
      0.7,
    )
  }
  const nucleus = ellipse(x, y, radius * 0.66, radius * 0.5, turn, 0.08)
  const bay = ellipse(
    x - Math.sin(turn) * radius * 0.48,
    y + Math.cos(turn) * radius * 0.48,
    radius * 0.36,
    radius * 0.34,
    turn,
    0.12,
  )
  canvas.mix(without(nucleus, bay), [0.46, 0.33, 0.6])
}

function eosinophil(canvas: Canvas, x: number, y: number, turn: number, severity: number, random: Random): void {
  const radius = random.uniform(0.37, 0.43)
  const body = ragged(random, x, y, radius, 0.05, 0.06)
  canvas.mix(body, [0.93, 0.72, 0.66])
  for (let i = 0; i < 60; i++) {
    const angle = random.uniform(0, 2 * Math.PI)
    const reach = radius * Math.sqrt(random.uniform()) * 0.95
    const grain = ellipse(x + reach * Math.cos(angle), y + reach * Math.sin(angle), 0.035, 0.035, 0, 0.3)
    canvas.mix(both(body, grain), [0.87, 0.34, 0.2], 0.45 + 0.45 * severity)
  }
  for (const side of [-1, 1]) {
    canvas.mix(
      ellipse(x + side * 0.14 * Math.cos(turn), y + side * 0.14 * Math.sin(turn), 0.13, 0.11, turn, 0.12),
      NUCLEUS,
    )
  }
}

function malaria(canvas: Canvas, cells: Cell[], severity: number, random: Random): void {
  const inside = cells.filter(({ x, y }) => Math.hypot(x, y) < 1)
  const infected = Math.max(3, Math.round(inside.length * (0.35 + 0.35 * severity)))
  for (const cell of random.shuffle(inside).slice(0, infected)) {
    const x = cell.x + random.uniform(-0.04, 0.04)
    const y = cell.y + random.uniform(-0.04, 0.04)
    const size = cell.radius * random.uniform(0.38, 0.5)
    const ring = without(ellipse(x, y, size, size, 0, 0.15), ellipse(x, y, size * 0.55, size * 0.55, 0, 0.2))
    canvas.mix(ring, [0.42, 0.25, 0.62], 0.7 + 0.3 * severity)
    const angle = random.uniform(0, 2 * Math.PI)
    canvas.mix(ellipse(x + size * Math.cos(angle), y + size * Math.sin(angle), 0.035, 0.035), [0.5, 0.08, 0.38])
  }
}

/** Stain precipitate, or uneven light of the lamp. */
function disturb(canvas: Canvas, random: Random): void {
  if (random.uniform() < 0.5) {
    for (let i = 0; i < 6; i++) {
      canvas.mix(ellipse(random.uniform(-1, 1), random.uniform(-1, 1), 0.025, 0.02), [0.3, 0.15, 0.35], 0.8)
    }
  } else {
    canvas.setPose(UPRIGHT)
    canvas.multiply(FRAME, (x, y) => 1.03 - 0.17 * (x * x + y * y))
  }
}

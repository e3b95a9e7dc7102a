import { readdir } from 'node:fs/promises'
import { AnamnesisError } from '../../../contracts/index.ts'
import { classesOf, type PublicDataset } from '../definition.ts'
import { labelTable } from '../labelTable.ts'

/** In the order of the numbers in `int_step`, from 1. */
const STEPS = [
  'nasal_corridor_creation',
  'anterior_sphenoidotomy',
  'septum_displacement',
  'sphenoid_sinus_clearance',
  'sellotomy',
  'haemostasis',
  'synthetic_graft_placement',
  'durotomy',
  'tumour_excision',
  'fat_graft_placement',
  'gasket_seal_construct',
  'dural_sealant',
  'nasal_packing',
  'debris_clearance',
] as const
const OUTSIDE = ['operation_not_started', 'operation_ended', 'out_of_patient']

const idOf = (name: string) => name.replaceAll('_', '-')
const classes = classesOf([
  ['no-step', 'No step', 'an endoscopic image before or after pituitary surgery'],
  ...STEPS.map((step) => {
    const words = step.replaceAll('_', ' ')
    return [idOf(step), words, `an endoscopic image of ${words} in pituitary surgery`] as const
  }),
])

const TABLE = /^annotations_(\d+)\.csv$/
const videoOf = (table: string) => String(Number(TABLE.exec(table.slice(table.lastIndexOf('/') + 1))![1]))

export const pitvis: PublicDataset = {
  id: 'pitvis',
  name: 'PitVis, steps of pituitary surgery',
  domain: 'surgery',
  modality: 'endoscopy',
  anatomy: 'pituitary gland',
  classes,
  images: 120_024,
  source: 'https://doi.org/10.5522/04/26531686',
  access: 'open',
  licence: 'CC BY 4.0',
  citation: 'Das et al., PitVis-2023 challenge, Medical Image Analysis 2025',
  layout:
    'annotations_01.csv ... (int_time in seconds, int_step or str_step) and frames/video_01/<second>.png (or jpg), one frame a second.',
  splits: 'made here: 70 / 10 / 20 by video.',
  unverified:
    'the numbers of int_step (0 and -1 taken as "no step", 1 to 14 in the order of the steps), and that the fifteenth class of the published study is "no step". The videos have to be cut into frames first.',
  list: labelTable({
    classes,
    tables: async (root) => {
      const names = (await readdir(root)).filter((name) => TABLE.test(name)).sort()
      if (names.length > 0) return names.map((name) => ({ places: [name] }))
      throw new AnamnesisError('MISSING_DATA', `"${root}" holds no annotations_01.csv. Check the path.`)
    },
    columns: ['int_time'],
    imageFolders: ['frames'],
    imageKey: (row, table) => `${videoOf(table)}/${Number(row.int_time)}`,
    fileKey: (file) => {
      const found = /video_?(\d+)\/[^/]*?(\d+)\.[^./]+$/.exec(file)
      return found ? `${Number(found[1])}/${Number(found[2])}` : file
    },
    labels: (row) => {
      const step = row.str_step ?? (Number(row.int_step) <= 0 ? OUTSIDE[0]! : STEPS[Number(row.int_step) - 1])
      if (step === undefined) return null
      if (OUTSIDE.includes(step)) return ['no-step']
      return (STEPS as readonly string[]).includes(step) ? [idOf(step)] : null
    },
    group: (_row, table) => videoOf(table),
  }),
}

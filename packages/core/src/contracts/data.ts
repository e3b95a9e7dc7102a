import { z } from 'zod'

export const SPLITS = ['train', 'val', 'test'] as const
export type Split = (typeof SPLITS)[number]

/** Ids that become folder names and URL parts. */
export const slug = z
  .string()
  .min(1)
  .max(80)
  .regex(/^[a-z0-9][a-z0-9_.-]*$/, 'must be lower-case letters, digits, "-", "_" or "."')

export const taskClass = z.object({
  id: slug,
  name: z.string().min(1).max(200),
  /** What follows "a photo of " in the class prompt. */
  promptName: z.string().min(1).max(200),
})
export type TaskClass = z.infer<typeof taskClass>

/** A labelled image classification problem, without its images. */
export const task = z.object({
  id: slug,
  name: z.string().min(1).max(200),
  /** Clinical domain in words: "chest radiography". */
  domain: z.string().min(1).max(200),
  /** Imaging modality, one of the corpus' words where possible: "X-ray", "MRI". */
  modality: z.string().min(1).max(100),
  anatomy: z.string().max(100).default(''),
  classes: z.array(taskClass).min(2).max(1000),
  licence: z.string().min(1).max(200),
  citation: z.string().max(2000).default(''),
  notes: z.string().max(4000).default(''),
  synthetic: z.boolean().default(false),
})
export type Task = z.infer<typeof task>

/** One encoded image (JPEG or PNG bytes) of a task. `label` is the index into `task.classes`. */
export interface Sample {
  id: string
  split: Split
  label: number
  image: Uint8Array
}

export const LICENCE_GROUPS = ['commercial', 'non-commercial', 'other'] as const
export type LicenceGroup = (typeof LICENCE_GROUPS)[number]

/** One figure of a corpus, without its image bytes. */
export const figure = z.object({
  id: z.string().min(1).max(200),
  caption: z.string().min(1).max(20_000),
  modality: z.string().max(100).default(''),
  anatomy: z.string().max(100).default(''),
  licence: z.string().max(200).default(''),
  licenceGroup: z.enum(LICENCE_GROUPS).default('other'),
  article: z.string().max(1000).default(''),
  pmid: z.string().max(40).nullable().default(null),
  pmcid: z.string().max(40).nullable().default(null),
  doi: z.string().max(300).nullable().default(null),
  url: z.string().max(2000).nullable().default(null),
  credit: z.string().max(2000).nullable().default(null),
})
export type Figure = z.infer<typeof figure>

/** A figure together with its encoded image bytes, as an importer yields it. */
export interface FigureRecord {
  figure: Figure
  image: Uint8Array
}

/** Progress of anything long: `total` is null where it is not known beforehand. */
export interface Progress {
  what: string
  done: number
  total: number | null
}
export type OnProgress = (progress: Progress) => void

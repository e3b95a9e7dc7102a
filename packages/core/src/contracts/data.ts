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

export const NOTICE_KINDS = ['retraction', 'correction', 'concern'] as const

/** A later note of the journal about an article: where the note itself was published. */
export const notice = z.object({
  kind: z.enum(NOTICE_KINDS),
  doi: z.string().max(300).nullable().default(null),
  pmid: z.string().max(40).nullable().default(null),
})
export type Notice = z.infer<typeof notice>

/** One figure of a corpus, without its image bytes. Fields that older corpora lack have defaults. */
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
  /** The article in the corpus: its PMCID, DOI or PMID in lower case; empty where it is not known. */
  articleId: z.string().max(300).default(''),
  journal: z.string().max(500).default(''),
  year: z.number().int().min(1500).max(2500).nullable().default(null),
  keywords: z.array(z.string().max(300)).max(200).default([]),
  /** As printed: "Figure 2". */
  label: z.string().max(300).default(''),
  /** The whole figure that this one is a part of: of a panel, or of a figure supplement. */
  parentId: z.string().max(200).nullable().default(null),
  /** Letter or number of the panel ("A", "ii"); null for a whole figure. */
  panel: z.string().max(40).nullable().default(null),
  /** True when a retraction of its article is known. */
  retracted: z.boolean().default(false),
  notices: z.array(notice).max(100).default([]),
  /** True where the caption came without a picture and a plain card stands in for it. */
  imageMissing: z.boolean().default(false),
})
export type Figure = z.infer<typeof figure>

/** A figure as an importer gives it: what has a default may be left out. */
export type NewFigure = z.input<typeof figure>

/** A figure together with its encoded image bytes. */
export interface FigureRecord {
  figure: Figure
  image: Uint8Array
}

/** A figure with its image bytes as an importer yields it. */
export interface NewFigureRecord {
  figure: NewFigure
  image: Uint8Array
  /** Where it stands in the source, for messages: "articles.tar.gz/0001.xml, figure fig2". */
  place?: string
}

/** Progress of anything long: `total` is null where it is not known beforehand. */
export interface Progress {
  what: string
  done: number
  total: number | null
  /** How far the source was read, from 0 to 1; the total may be unknown all the same. */
  share?: number
}
export type OnProgress = (progress: Progress) => void

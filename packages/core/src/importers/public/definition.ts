import { AnamnesisError, type Split, type Task, type TaskClass, task as taskSchema } from '../../contracts/index.ts'

/** How one gets a data set: `open` downloads without asking, `account` wants a log-in, `agreement` a signed use agreement. */
export type Access = 'open' | 'account' | 'agreement'

/** One image of a data set, before it is read. */
export interface Listed {
  /** Relative to the data set's folder, "/" between the parts; also the sample's id. */
  file: string
  /** Index into the classes. */
  label: number
  /** Patient, slide or video that must not be in two splits; null where the layout has none. */
  group: string | null
  /** The published split; null where there is none. */
  split: Split | null
}

/** A public data set as data: what it is, how to get it, and how its folder is read. */
export interface PublicDataset {
  /** Id of the importer and of the task. */
  id: string
  name: string
  domain: string
  modality: string
  anatomy: string
  classes: readonly TaskClass[]
  /** Images as published. */
  images: number
  /** Where it is. */
  source: string
  access: Access
  licence: string
  citation: string
  /** One sentence: what the folder has to look like. */
  layout: string
  /** One sentence: where the splits come from. */
  splits: string
  /** What of the layout could not be seen with the real data; empty where nothing is in doubt. */
  unverified: string
  /** Leave out classes that no image has instead of refusing. */
  mayLackClasses?: boolean
  /**
   * Reads names, tables and folders, no image.
   * @throws MISSING_DATA, WRONG_LABEL, BAD_INPUT naming file and line
   */
  list(root: string): Promise<Listed[]>
}

/** `[id, name, what follows "a photo of "]`, the last by default the name. */
export function classesOf(rows: readonly (readonly [id: string, name: string, prompt?: string])[]): TaskClass[] {
  return rows.map(([id, name, prompt]) => ({ id, name, promptName: prompt ?? name }))
}

/** The task that an import of the data set makes. @param classes those that are there, by default all */
export function taskOf(dataset: Omit<PublicDataset, 'list'>, classes = dataset.classes): Task {
  const { id, name, domain, modality, anatomy, licence, citation } = dataset
  const notes = [
    `Source: ${dataset.source} (${ACCESS_WORDS[dataset.access]}). Access and licence as far as known: the owner's page decides.`,
    `Splits: ${dataset.splits}`,
    ...(dataset.unverified === '' ? [] : [`Not verified with the real data: ${dataset.unverified}`]),
  ].join(' ')
  return taskSchema.parse({
    id,
    name,
    domain,
    modality,
    anatomy,
    classes,
    licence,
    citation,
    notes,
    synthetic: false,
  })
}

export const ACCESS_WORDS: Readonly<Record<Access, string>> = {
  open: 'open download',
  account: 'needs an account',
  agreement: 'needs a signed use agreement',
}

/** Index of a class by its id; for definitions, where an unknown id is a mistake in the product. */
export function classIndexOf(classes: readonly TaskClass[]): Map<string, number> {
  const index = new Map(classes.map(({ id }, at) => [id, at]))
  if (index.size !== classes.length) throw new AnamnesisError('INTERNAL', 'A data set lists a class twice.')
  return index
}

import { access } from 'node:fs/promises'
import { AnamnesisError, type NewFigureRecord, type Sample, type Task } from '../contracts/index.ts'
import type { CorpusHead } from './corpus.ts'
import type { ImportNotes } from './importNotes.ts'

export interface ImportOptions {
  /** Id to store it under; the source's own where absent. */
  id?: string
  title?: string
  /** Seed of splits that an importer has to make itself. */
  seed?: number
  /** Keep at most this many training images a class, chosen by the seed. Public data sets only. */
  perClass?: number
  /** Make larger pictures smaller, so that no side is longer. Pixels; public data sets and literature. */
  maxSide?: number
  /** Literature: where pictures lie that are not beside the articles: a folder or a plain tar. */
  images?: string
  /** Literature: keep captions whose picture is missing, with a plain card in its place. */
  captionsOnly?: boolean
  /** Literature: more broken records than this end the import (1,000 where absent). */
  maxBroken?: number
}

/**
 * A source that was looked at but not yet read. `source` names its content well enough to tell whether it changed. With
 * `notes` it is literature: a broken record is left out, and an interrupted import goes on.
 */
export type OpenedSource = { total: number | null; source: string } & (
  | { kind: 'task'; task: Task; samples: AsyncIterable<Sample> }
  | { kind: 'corpus'; head: CorpusHead; records: AsyncIterable<NewFigureRecord>; notes?: ImportNotes }
)

export interface ImporterDefinition {
  id: string
  title: string
  /** One sentence: what the folder has to look like. */
  summary: string
  /** Literature only: how sure it is that it can read this path, from 0 (not at all) to 1. */
  recognises?(path: string): Promise<number>
  /** @throws MISSING_DATA, BAD_INPUT; reading the samples throws CORRUPT_ARCHIVE, WRONG_LABEL */
  open(path: string, options: ImportOptions): Promise<OpenedSource>
}

/** @throws MISSING_DATA with the way to point the product at the data */
export async function mustExist(path: string, what: string): Promise<void> {
  await access(path).catch((error: unknown) => {
    throw new AnamnesisError(
      'MISSING_DATA',
      `${what} is not there: "${path}". Check the path; for the test data set ANAMNESIS_TEST_DATA to the folder that holds "tasks" and "figures".`,
      { cause: error },
    )
  })
}

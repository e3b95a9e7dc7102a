import { access } from 'node:fs/promises'
import { AnamnesisError, type NewFigureRecord, type Sample, type Task } from '../contracts/index.ts'
import type { CorpusHead } from './corpus.ts'

export interface ImportOptions {
  /** Id to store it under; the source's own where absent. */
  id?: string
  title?: string
  /** Seed of splits that an importer has to make itself. */
  seed?: number
  /** Keep at most this many training images a class, chosen by the seed. Public data sets only. */
  perClass?: number
  /** Make larger pictures smaller, so that no side is longer. Pixels; public data sets only. */
  maxSide?: number
}

/** A source that was looked at but not yet read. `source` names its content well enough to tell whether it changed. */
export type OpenedSource = { total: number | null; source: string } & (
  | { kind: 'task'; task: Task; samples: AsyncIterable<Sample> }
  | { kind: 'corpus'; head: CorpusHead; records: AsyncIterable<NewFigureRecord> }
)

export interface ImporterDefinition {
  id: string
  title: string
  /** One sentence: what the folder has to look like. */
  summary: string
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

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { startEmbedded } from '../db/embedded.ts'
import { migrate } from '../db/migrate.ts'

declare module 'vitest' {
  export interface ProvidedContext {
    /** Database with all tables and no rows; tests copy it. */
    templateUrl: string
  }
}

/** One real PostgreSQL server for all test files. */
export default async function setup(project: TestProject) {
  const folder = await mkdtemp(join(tmpdir(), 'anamnesis-api-test-'))
  const database = await startEmbedded({ folder, unsafe: true })
  await migrate(database.url)
  project.provide('templateUrl', database.url)
  return async () => {
    await database.stop()
    await rm(folder, { recursive: true, force: true })
    if (database.folder !== folder) await rm(database.folder, { recursive: true, force: true })
  }
}

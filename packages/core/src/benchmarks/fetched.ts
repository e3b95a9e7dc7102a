import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { AnamnesisError, type Task } from '../contracts/index.ts'
import { findImporter, type ImportOptions, type OpenedSource } from '../importers/index.ts'
import type { SuiteDefinition } from './suite.ts'

/** One task of a suite whose data people fetch themselves. */
export interface FetchedTask {
  /** Id of the task; also the name of its folder below the data folder, unless `folder` says another. */
  id: string
  importer: string
  folder?: string
  options?: ImportOptions
  /** The task without its data; null where the classes are only known from the folders. */
  task: Task | null
  /** Where the data are, "https://... (needs an account)". */
  source: string
}

/** The parts of a suite definition that read fetched data: one folder a task below the data folder. */
export function fetchedParts(
  suiteId: string,
  tasks: readonly FetchedTask[],
): Pick<SuiteDefinition, 'taskIds' | 'openTask' | 'describeTask' | 'commands'> {
  const byId = new Map(tasks.map((one) => [one.id, one]))
  return {
    taskIds: tasks.map(({ id }) => id),
    describeTask: (taskId) => byId.get(taskId)?.task ?? null,
    commands: { tasks: `npm run import -- suite ${suiteId} --from FOLDER` },
    openTask: async (taskId, data) => {
      const one = byId.get(taskId)
      if (!one) throw new AnamnesisError('UNKNOWN_TASK', `Suite "${suiteId}" has no task "${taskId}".`)
      const folder = one.folder ?? one.id
      const path = data === null ? null : join(data, folder)
      if (path === null || !(await stat(path).catch(() => null))) {
        throw new AnamnesisError(
          'MISSING_DATA',
          `The data of task "${taskId}" are not there. Get them from ${one.source}, then: npm run import -- ${one.importer} <folder>` +
            `${importFlags(one)}, or put the folder "${folder}" into the folder that --from names.`,
        )
      }
      return findImporter(one.importer).open(path, { ...one.options, id: one.id })
    },
  }
}

function importFlags({ id, importer, options }: FetchedTask): string {
  const flags = [
    ...(id === importer ? [] : [`--id ${id}`]),
    ...(options?.perClass ? [`--per-class ${options.perClass}`] : []),
  ]
  return flags.map((flag) => ` ${flag}`).join('')
}

/** Literature that people fetch themselves. @throws MISSING_DATA saying how */
export async function openFetchedCorpus(
  importer: 'figure-pack' | 'captions-csv',
  corpus: { id: string; title: string; hint: string },
  data: string | null,
): Promise<OpenedSource> {
  const path = data === null ? null : join(data, corpus.id)
  if (path !== null && (await stat(path).catch(() => null))) {
    return findImporter(importer).open(path, { id: corpus.id, title: corpus.title })
  }
  throw new AnamnesisError(
    'MISSING_DATA',
    `The literature "${corpus.id}" is not there. ${corpus.hint} Then: npm run import -- ${importer} <folder> --id ${corpus.id}, ` +
      `or put the folder "${corpus.id}" into the folder that --from names. Methods that read no literature run without it.`,
  )
}

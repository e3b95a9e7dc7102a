import { join } from 'node:path'
import { slug } from '@anamnesis/core/contracts'
import { projectRoot } from '../env.ts'

/** Base models of this installation: `<folder>/<model id>`. */
export const modelFolder = (home: string, modelId: string) => join(home, 'models', slug.parse(modelId))

/** Base models that come with the product. */
export const shippedModels = join(projectRoot, 'packages', 'core', 'models')

/** Root of the vector indexes. */
export const indexRoot = (home: string) => join(home, 'index')

/** What a run asked of the literature, a record a task. */
export const retrievalFolder = (home: string, runId: string) => join(runFolder(home, runId), 'retrieval')

/** What a run leaves on disk. */
export const runFolder = (home: string, runId: string) => join(home, 'runs', runId)

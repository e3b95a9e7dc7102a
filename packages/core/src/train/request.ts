import { createHash } from 'node:crypto'
import { z } from 'zod'
import { findOrder, type SuiteDefinition } from '../benchmarks/index.ts'
import { AnamnesisError, type NewEvent, type RunConfig, runConfig } from '../contracts/index.ts'
import type { Share } from '../importers/index.ts'
import { addOnById, methodById } from '../methods/index.ts'

/** Everything the training process needs; plain data, so that it can cross a process border. */
export interface TrainingRequest {
  /** Resolved: `resolveRunConfig` made it. */
  config: RunConfig
  /** Folders of the imported tasks, in the order of the run. */
  taskFolders: string[]
  /** Training images that the base model was pre-trained on. */
  exclude: Share | null
  modelFolder: string
  /** Literature; null for methods that want no reference set. */
  corpusFolder: string | null
  /** Folder of the vector index, and the kind of store in it. */
  indexFolder: string | null
  store: string
  /** Where checkpoints go, one folder a task. */
  checkpointFolder: string
  /** Where the retrieval of each task is recorded, to be asked again with other settings; null records none. */
  retrievalFolder?: string | null
  /** Figures that must not guide: recalled literature. */
  leaveOut?: string[]
  /** Checkpoint folder to go on from; null starts at the first task. */
  resumeFrom: string | null
  backend: 'onnx' | 'tensorflow' | 'cpu'
  /** Null takes all processors. */
  threads: number | null
}

/** How the training process talks to the outside. */
export interface TrainingIo {
  emit(event: NewEvent): void | Promise<void>
  /** Asked before every step and every evaluated batch. */
  stopRequested(): boolean
}

const strictConfig = z.strictObject(runConfig.shape)

/**
 * Fills a run config: what the user set, over what the suite recommends, over the general defaults; method parameters
 * get the method's own defaults.
 * @throws UNKNOWN_METHOD, BAD_PARAMETERS, BAD_INPUT, each naming the field
 */
export function resolveRunConfig(input: Record<string, unknown>, suite: SuiteDefinition): RunConfig {
  const given = Object.fromEntries(Object.entries(input).filter(([, value]) => value !== undefined))
  const parsed = strictConfig.safeParse({ ...suite.defaults, ...given, suite: suite.id })
  if (!parsed.success) {
    const issue = parsed.error.issues[0]!
    const field = [...issue.path, ...(issue.code === 'unrecognized_keys' ? issue.keys.slice(0, 1) : [])].join('.')
    throw new AnamnesisError('BAD_INPUT', `Run setting "${field}" is wrong: ${issue.message}.`, { field })
  }
  const config = parsed.data
  findOrder(suite, config.order)
  const method = methodById(config.method)
  const addOns = Object.entries(config.addOns).map(([id, parameters]) => {
    const addOn = addOnById(id)
    if (addOn.needs === 'reference' && method.reference === 'none') {
      throw new AnamnesisError(
        'BAD_PARAMETERS',
        `Add-on "${id}" works on a reference set, and method "${method.id}" has none. Choose a method that retrieves one.`,
        { field: `addOns.${id}` },
      )
    }
    return [id, addOn.parse(parameters)]
  })
  return {
    ...config,
    parameters: method.parse(config.parameters),
    addOns: Object.fromEntries(addOns),
    model: config.model ?? suite.modelId,
  }
}

/** SHA-256 of a resolved config, independent of key order: equal hashes mean the same experiment. */
export function configHash(config: RunConfig): string {
  return createHash('sha256').update(canonical(config)).digest('hex')
}

/** JSON Schema of the general run settings (all but suite, order, method and parameters). */
export function runConfigJsonSchema(): Record<string, unknown> {
  const settings = strictConfig.omit({ suite: true, order: true, method: true, parameters: true, addOns: true })
  return z.toJSONSchema(settings, { io: 'input' }) as Record<string, unknown>
}

function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`
  if (value === null || typeof value !== 'object') return JSON.stringify(value)
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
  return `{${entries.map(([key, item]) => `${JSON.stringify(key)}:${canonical(item)}`).join(',')}}`
}

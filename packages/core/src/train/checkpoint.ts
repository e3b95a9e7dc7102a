import { createHash, randomUUID } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { z } from 'zod'
import { type NamedTensorMap, tf } from '../backend/index.ts'
import { AnamnesisError, eventPayloads } from '../contracts/index.ts'
import { type ClipModel, SafetensorsReader, saveModel, type Tokenizer, writeSafetensors } from '../model/index.ts'
import { exemplarState } from './exemplars.ts'
import type { Guidance } from './guidance.ts'
import { probesState } from './probes.ts'

const STATE_FILE = 'state.json'
const MODEL_FOLDER = 'model'
const METHOD_FILE = 'method.safetensors'
const REFERENCE_FILE = 'reference.json'

const checkpointState = z.object({
  format: z.literal('anamnesis-checkpoint-1'),
  /** Hash of the resolved run config; resume under another config is refused. */
  configHash: z.string(),
  /** Digests of the task data, in the order of the run. */
  dataDigests: z.array(z.string()),
  /** Tasks learned so far. */
  task: z.number().int().min(1),
  /** Optimiser updates so far over the whole run. */
  step: z.number().int().min(0),
  /** Events emitted before the checkpoint's own. */
  events: z.number().int().min(0),
  random: z.object({ state: z.array(z.number()).length(4), spare: z.number().nullable() }),
  /** Accuracy matrix so far. */
  cells: z.array(eventPayloads['eval.cell']),
  /** The stored training images; null where the method stores none. */
  exemplars: exemplarState.nullable().default(null),
  /** Ids of the pairs by which earlier tasks are probed; empty where nothing is adapted. */
  probes: probesState.default([]),
  files: z.array(z.object({ path: z.string(), sha256: z.string(), bytes: z.number() })),
})
type CheckpointState = z.infer<typeof checkpointState>

export interface Progress extends Omit<CheckpointState, 'format' | 'files'> {}

export interface SavedCheckpoint {
  path: string
  /** SHA-256 of the state file, which holds the digests of all other files. */
  digest: string
  bytes: number
  /** What the checkpoint holds, for people. */
  state: string[]
}

/**
 * Writes `<folder>/task-<n>`, complete or not at all: files go to a folder beside it that is renamed last.
 * The optimiser starts anew with each task, so between tasks it has no moments to keep.
 */
export async function saveCheckpoint(
  folder: string,
  progress: Progress,
  parts: { model: ClipModel; tokenizer: Tokenizer; methodState: NamedTensorMap; guidance: Guidance | null },
): Promise<SavedCheckpoint> {
  const path = join(folder, `task-${progress.task}`)
  const beside = `${path}.${randomUUID()}.part`
  const state = ['model weights', 'tokenizer', 'random number state', 'cursors: task, step, events', 'accuracy matrix']
  try {
    await mkdir(beside, { recursive: true })
    await saveModel(join(beside, MODEL_FOLDER), parts.model, parts.tokenizer)
    const tensors = Object.entries(parts.methodState)
    if (tensors.length > 0) {
      state.push('method state')
      await writeSafetensors(
        join(beside, METHOD_FILE),
        tensors.map(([name, tensor]) => ({
          name,
          type: 'F32',
          shape: tensor.shape,
          data: () => tensor.data<'float32'>(),
        })),
      )
    }
    if (progress.exemplars) state.push('exemplar memory')
    if (progress.probes.length > 0) state.push('probes of earlier tasks')
    if (parts.guidance) {
      state.push('reference set with draws')
      const rows = parts.guidance.used().map(({ pair, draws }) => JSON.stringify({ ...pair, draws }))
      await writeFile(join(beside, REFERENCE_FILE), `[\n${rows.join(',\n')}\n]\n`)
    }
    const files = await inventory(beside)
    const full: CheckpointState = { format: 'anamnesis-checkpoint-1', ...progress, files }
    const text = `${JSON.stringify(full, null, 1)}\n`
    await writeFile(join(beside, STATE_FILE), text, { flush: true })
    await rm(path, { recursive: true, force: true })
    await rename(beside, path)
    const bytes = files.reduce((sum, file) => sum + file.bytes, Buffer.byteLength(text))
    return { path, digest: createHash('sha256').update(text).digest('hex'), bytes, state }
  } catch (error) {
    await rm(beside, { recursive: true, force: true })
    throw error
  }
}

export interface OpenedCheckpoint {
  progress: Progress
  modelFolder: string
  /** Tensors of the method, to be disposed by the caller. */
  methodState(): Promise<NamedTensorMap>
}

/**
 * Reads a checkpoint and checks every file of it against its digest.
 * @throws MISSING_DATA, CORRUPT_WEIGHTS when a file is damaged, CONFLICT when it belongs to another run config
 */
export async function openCheckpoint(folder: string, configHash: string): Promise<OpenedCheckpoint> {
  const text = await readFile(join(folder, STATE_FILE), 'utf8').catch((cause: unknown) => {
    throw new AnamnesisError(
      'MISSING_DATA',
      `There is no checkpoint in "${folder}". Start the run from the beginning.`,
      {
        cause,
      },
    )
  })
  const { files, format: _format, ...progress } = parseState(text, folder)
  for (const { path, sha256 } of files) {
    const found = await fileDigest(join(folder, path)).catch(() => null)
    if (found !== sha256) throw damaged(folder, `file "${path}" is ${found === null ? 'missing' : 'changed'}`)
  }
  if (progress.configHash !== configHash) {
    throw new AnamnesisError(
      'CONFLICT',
      `Checkpoint "${folder}" belongs to a run with other settings. Resume its own run.`,
    )
  }
  return {
    progress,
    modelFolder: join(folder, MODEL_FOLDER),
    methodState: async () => {
      if (!files.some(({ path }) => path === METHOD_FILE)) return {}
      await using reader = await SafetensorsReader.open(join(folder, METHOD_FILE))
      const tensors: NamedTensorMap = {}
      for (const [name, { shape }] of reader.tensors) tensors[name] = tf.tensor(await reader.read(name), shape)
      return tensors
    },
  }
}

/** @throws CONFLICT when the task data are not those that the checkpoint was made with */
export function refuseOtherData({ progress, modelFolder }: OpenedCheckpoint, dataDigests: readonly string[]): void {
  if (progress.dataDigests.join() === dataDigests.join()) return
  throw new AnamnesisError(
    'CONFLICT',
    `The task data changed since checkpoint "${dirname(modelFolder)}" was made. Restore the data, or start the run anew.`,
  )
}

function parseState(text: string, folder: string): CheckpointState {
  try {
    return checkpointState.parse(JSON.parse(text))
  } catch (cause) {
    throw damaged(folder, `${STATE_FILE} cannot be read`, cause)
  }
}

function damaged(folder: string, what: string, cause?: unknown): AnamnesisError {
  return new AnamnesisError(
    'CORRUPT_WEIGHTS',
    `Checkpoint "${folder}" is damaged: ${what}. Use an earlier checkpoint, or start the run from the beginning.`,
    { cause },
  )
}

async function inventory(folder: string): Promise<CheckpointState['files']> {
  const names = (await readdir(folder, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) =>
      join(entry.parentPath, entry.name)
        .slice(folder.length + 1)
        .replaceAll('\\', '/'),
    )
    .sort()
  return Promise.all(
    names.map(async (path) => ({
      path,
      sha256: await fileDigest(join(folder, path)),
      bytes: (await stat(join(folder, path))).size,
    })),
  )
}

async function fileDigest(path: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) hash.update(chunk as Buffer)
  return hash.digest('hex')
}

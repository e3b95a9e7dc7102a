import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { type Activation, AnamnesisError, type OnProgress, slug } from '../../contracts/index.ts'
import { publishFolder } from '../../importers/publish.ts'
import { parseModelConfig } from '../configs.ts'
import { type ModelInfo, writeModelFolder } from '../folder.ts'
import { atImageSize } from '../positions.ts'
import { checkTensors, ourTensors, shapesOf } from './convert.ts'
import { fileSha256, type Located, locate, readJsonFile } from './files.ts'
import { detectLayout } from './layouts.ts'
import { writeNote } from './note.ts'
import { openTensors } from './open.ts'
import { counted } from './progress.ts'
import { tokenizerOf } from './tokenizerFiles.ts'

export interface ImportRequest {
  /** A weights file, or a folder of a checkpoint. */
  source: string
  /** Id of the new model; names its folder. */
  id: string
  /** Folder of all models. */
  targetRoot: string
  /** Needed where neither a config file nor the tensors tell it; wins over them. */
  activation?: Activation
  /** File of the tokenizer: vocab.txt, tokenizer.json or merges. Needed for a BERT text tower without one beside it. */
  tokenizer?: string
  /** Parts of a model config that win over what the checkpoint tells, as `{ text: { heads: 4 } }`. */
  architecture?: Record<string, unknown>
  /** Takes images of another size than the checkpoint, in pixels; its position embeddings are interpolated. */
  imageSize?: number
  /** What the weights file must have, hex. */
  sha256?: string
  /** What the model's notes name as its source; default the path. */
  origin?: string
  /** Take the place of a model that is there. */
  replace?: boolean
  onProgress?: OnProgress
}

export interface ImportedModel extends ModelInfo {
  folder: string
  /** Id of the layout that was recognised. */
  layout: string
  /** Tensors that no model needs and that were left out. */
  ignored: string[]
}

/**
 * Reads a checkpoint of open_clip, OpenAI CLIP or Hugging Face CLIP and writes it as a model folder
 * `<targetRoot>/<id>`, tensor by tensor. The folder appears when it is complete; after an error nothing of it stays.
 * @throws CORRUPT_WEIGHTS, BAD_INPUT, MISSING_DATA, CONFLICT (the id is taken), DISK_FULL
 */
export async function importCheckpoint(request: ImportRequest): Promise<ImportedModel> {
  const { source, targetRoot, onProgress, origin = source } = request
  const id = checkedId(request.id)
  const folder = join(targetRoot, id)
  if (!request.replace && (await exists(folder))) {
    throw new AnamnesisError('CONFLICT', `There is a model "${id}" already. Choose another id.`, { field: 'id' })
  }
  const located = await locate(source)
  const path = join(located.folder, located.weights)
  if (request.sha256) await checkHash(path, request.sha256, onProgress)
  await using tensors = await openTensors(path)
  const shapes = shapesOf(tensors)
  const layout = detectLayout(shapes, located.configs, path)
  const hints = {
    config: await jsonOf(located, layout.configFile),
    preprocessor: located.preprocessor ? await readJsonFile(located.folder, located.preprocessor) : null,
    source: path,
    ...(request.activation ? { activation: request.activation } : {}),
  }
  const config = parseModelConfig(merged({ ...layout.infer(shapes, hints), id }, request.architecture ?? {}), path)
  const rules = layout.rules(config, shapes)
  const ignored = checkTensors(layout, rules, config, tensors)
  const tokenizer = await tokenizerOf(config, located, request.tokenizer)
  const resized = atImageSize(config, request.imageSize ?? config.image.size, ourTensors(rules, config, tensors))
  const info = await publishFolder(folder, async (partial) => {
    const written = await writeModelFolder(partial, resized.config, tokenizer, counted(resized.tensors, id, onProgress))
    const names = hints.config === null ? {} : (layout.names?.(hints.config) ?? {})
    await writeNote(partial, { source: origin, layout: layout.id, importedAt: new Date().toISOString(), ...names })
    return written
  })
  return { ...info, folder, layout: layout.id, ignored }
}

function checkedId(id: string): string {
  const parsed = slug.safeParse(id)
  if (parsed.success) return parsed.data
  throw new AnamnesisError('BAD_INPUT', `"${id}" cannot be an id: use lower-case letters, digits, "-", "_" and ".".`, {
    field: 'id',
  })
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  )
}

/** @throws CORRUPT_WEIGHTS when the file has another SHA-256 */
async function checkHash(path: string, wanted: string, onProgress: OnProgress | undefined): Promise<void> {
  const total = (await stat(path)).size
  const found = await fileSha256(path, (done) => onProgress?.({ what: 'checking', done, total }))
  if (found === wanted.toLowerCase()) return
  throw new AnamnesisError(
    'CORRUPT_WEIGHTS',
    `${path} has SHA-256 ${found}, not ${wanted}: it is damaged or another file. Fetch it again.`,
  )
}

async function jsonOf({ folder, configs }: Located, name: string): Promise<unknown> {
  return configs.includes(name) ? readJsonFile(folder, name) : null
}

/** `over` wins; objects are merged. */
function merged(base: Record<string, unknown>, over: Record<string, unknown>): Record<string, unknown> {
  const result = { ...base }
  for (const [key, value] of Object.entries(over)) {
    const [before, after] = [result[key], value]
    result[key] = isRecord(before) && isRecord(after) ? merged(before, after) : after
  }
  return result
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

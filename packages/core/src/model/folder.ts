import { createHash, randomUUID } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { AnamnesisError, type ModelConfig } from '../contracts/index.ts'
import { ClipModel, checkParameters, type ModelOptions } from './clip.ts'
import { parseModelConfig } from './configs.ts'
import { SafetensorsReader, type TensorToStore, writeSafetensors } from './safetensors.ts'
import { readTokenizer } from './tokenizers/readTokenizer.ts'
import type { Tokenizer } from './tokenizers/tokenizer.ts'

const CONFIG_FILE = 'model.json'
const TOKENIZER_FILE = 'tokenizer.json'
export const WEIGHTS_FILE = 'weights.safetensors'
/** Hex digits of the digest in an encoder id. */
const DIGEST_IN_ID = 12

/** What is known of a stored model without loading it. */
export interface ModelInfo {
  config: ModelConfig
  /** SHA-256 of the weights file, hex. */
  digest: string
  /** Names the weights: `<model id>@<first 12 hex digits of the digest>`. */
  encoderId: string
}

export interface LoadedModel {
  model: ClipModel
  tokenizer: Tokenizer
  digest: string
  encoderId: string
}

/**
 * Writes model.json, tokenizer.json and weights.safetensors into `folder`, each beside its old version and then renamed.
 * @param options.dtype 'F16' halves the file and rounds the weights
 */
export async function saveModel(
  folder: string,
  model: ClipModel,
  tokenizer: Tokenizer,
  options: { dtype?: 'F32' | 'F16' } = {},
): Promise<ModelInfo> {
  const { dtype = 'F32' } = options
  const tensors = [...model.variables].map(([name, variable]) => ({
    name,
    type: dtype,
    shape: variable.shape,
    data: () => variable.data<'float32'>(),
  }))
  return writeModelFolder(folder, model.config, tokenizer, tensors)
}

/** Writes a model folder as `saveModel` does, from tensors that may be read one by one while they are written. */
export async function writeModelFolder(
  folder: string,
  config: ModelConfig,
  tokenizer: Tokenizer,
  tensors: readonly TensorToStore[],
): Promise<ModelInfo> {
  checkVocabulary(config, tokenizer, folder)
  await mkdir(folder, { recursive: true })
  await writeJson(join(folder, CONFIG_FILE), config)
  await writeJson(join(folder, TOKENIZER_FILE), tokenizer.toFile())
  await writeSafetensors(join(folder, WEIGHTS_FILE), tensors)
  return readModelInfo(folder)
}

/**
 * Reads a model folder. Weights are read tensor by tensor.
 * @throws MISSING_DATA, or CORRUPT_WEIGHTS naming every tensor that is missing, unexpected, misshapen or not finite
 */
export async function loadModel(folder: string, options: ModelOptions = {}): Promise<LoadedModel> {
  const { config, digest, encoderId } = await readModelInfo(folder)
  const tokenizer = await readModelTokenizer(folder)
  checkVocabulary(config, tokenizer, folder)
  const path = join(folder, WEIGHTS_FILE)
  await using reader = await SafetensorsReader.open(path)
  checkParameters(config, new Map([...reader.tensors].map(([name, { shape }]) => [name, shape])), path)
  const values = new Map<string, Float32Array>()
  for (const [name, { type }] of reader.tensors) {
    if (type === 'I32')
      throw new AnamnesisError('CORRUPT_WEIGHTS', `${path}: tensor "${name}" holds integers, not weights.`)
    values.set(name, (await reader.read(name)) as Float32Array)
  }
  return { model: new ClipModel(config, (name) => values.get(name)!, options), tokenizer, digest, encoderId }
}

/** Config and digest of a model folder; loads no TensorFlow.js and no weights. @throws MISSING_DATA, CORRUPT_WEIGHTS */
export async function readModelInfo(folder: string): Promise<ModelInfo> {
  const path = join(folder, CONFIG_FILE)
  const raw = await readJson(path)
  let config: ModelConfig
  try {
    config = parseModelConfig(raw, path)
  } catch (cause) {
    throw new AnamnesisError('CORRUPT_WEIGHTS', (cause as Error).message, { cause })
  }
  const digest = await fileDigest(join(folder, WEIGHTS_FILE))
  return { config, digest, encoderId: `${config.id}@${digest.slice(0, DIGEST_IN_ID)}` }
}

/** The tokenizer of a model folder. @throws MISSING_DATA, CORRUPT_WEIGHTS */
export async function readModelTokenizer(folder: string): Promise<Tokenizer> {
  const path = join(folder, TOKENIZER_FILE)
  return readTokenizer(await readJson(path), path)
}

function checkVocabulary(config: ModelConfig, tokenizer: Tokenizer, folder: string): void {
  if (tokenizer.size <= config.text.vocabulary) return
  throw new AnamnesisError(
    'CORRUPT_WEIGHTS',
    `The tokenizer of ${folder} has ${tokenizer.size} tokens, model size "${config.id}" only ${config.text.vocabulary}. ` +
      'Use the tokenizer that the model was trained with.',
  )
}

async function writeJson(path: string, value: unknown): Promise<void> {
  const beside = `${path}.${randomUUID()}.part`
  try {
    await writeFile(beside, `${JSON.stringify(value, null, 1)}\n`)
    await rename(beside, path)
  } catch (error) {
    await rm(beside, { force: true })
    throw error
  }
}

async function readJson(path: string): Promise<unknown> {
  const text = await readFile(path, 'utf8').catch((cause) => {
    throw missing(path, cause)
  })
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new AnamnesisError('CORRUPT_WEIGHTS', `${path} is not JSON. Restore the file.`, { cause })
  }
}

async function fileDigest(path: string): Promise<string> {
  const hash = createHash('sha256')
  try {
    for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) hash.update(chunk as Buffer)
  } catch (cause) {
    throw missing(path, cause)
  }
  return hash.digest('hex')
}

/** A missing file becomes MISSING_DATA; any other fault stays as it is. */
function missing(path: string, cause: unknown): unknown {
  if ((cause as NodeJS.ErrnoException).code !== 'ENOENT') return cause
  return new AnamnesisError(
    'MISSING_DATA',
    `There is no ${path}. A model folder holds ${CONFIG_FILE}, ${TOKENIZER_FILE} and ${WEIGHTS_FILE}.`,
    { cause },
  )
}

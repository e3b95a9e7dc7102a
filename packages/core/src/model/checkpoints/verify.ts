import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { z } from 'zod'
import { type Tensor2D, tf } from '../../backend/index.ts'
import { AnamnesisError, type ModelConfig, Random } from '../../contracts/index.ts'
import { loadModel, readModelTokenizer } from '../folder.ts'
import type { Tokenizer } from '../tokenizers/tokenizer.ts'
import { shapesOf } from './convert.ts'
import { exportCheckpoint } from './export.ts'
import { bertConfig } from './exportOpenClip.ts'
import { locate } from './files.ts'
import { huggingFace } from './huggingFace.ts'
import { detectLayout } from './layouts.ts'
import { modelFolder } from './modelFolder.ts'
import { openTensors } from './open.ts'
import { openClip } from './openClip.ts'

const PARITY_FILE = 'parity.json'
const SCRIPT = fileURLToPath(new URL('reference.py', import.meta.url))
/** Images and texts that are compared. */
const BATCH = 4
/** The reference loads libraries and weights. Milliseconds. */
const LONGEST_WAIT = 600_000
/** reference.py ends with it where a library is absent. */
const EXIT_NO_LIBRARY = 3
/** Largest difference of an embedding coordinate that counts as the same. */
export const PARITY_TOLERANCE = 1e-4

const answerFile = z.object({ version: z.string(), torch: z.string(), logitScale: z.number() })

const parityStamp = z.object({
  /** Library that was compared with: "open_clip" or "transformers". */
  reference: z.string(),
  version: z.string(),
  /** Largest absolute difference of a coordinate of unit-length embeddings. */
  maxDifferenceImages: z.number(),
  maxDifferenceTexts: z.number(),
  /** Digest of the compared weights. */
  digest: z.string(),
  at: z.string(),
})
/** What parity.json of a model folder holds: how far our embeddings are from the reference's. */
type ParityStamp = z.infer<typeof parityStamp>

/** The stamp of a model, or null where it was not verified since its weights were written. */
export async function readParityStamp(folder: string, digest: string): Promise<ParityStamp | null> {
  const text = await readFile(join(folder, PARITY_FILE), 'utf8').catch(() => null)
  if (text === null) return null
  try {
    const stamp = parityStamp.safeParse(JSON.parse(text)).data
    return stamp?.digest === digest ? stamp : null
  } catch {
    return null
  }
}

export interface VerifyRequest {
  folder: string
  /**
   * Checkpoint that the reference loads: a folder of open_clip or Hugging Face. Absent: the model itself, exported; then
   * the towers are compared, but not the import.
   */
  against?: string
  /** Interpreter with open_clip_torch or transformers. */
  python: string
  seed?: number
}

/**
 * Computes embeddings of the same random pixels and tokens with the model and with the library that it came from, and
 * leaves the differences as parity.json in the model folder. Needs a loaded backend.
 * @throws BACKEND_UNAVAILABLE when Python or the library is absent; BAD_INPUT when the library cannot load the model
 */
export async function verifyModel({ folder, against, python, seed = 1 }: VerifyRequest): Promise<ParityStamp> {
  const work = await mkdtemp(join(tmpdir(), 'anamnesis-parity-'))
  const { model, digest } = await loadModel(folder)
  try {
    const reference = against ? await existing(against) : await exported(folder, model.config, work)
    const { image, text } = model.config
    const pixels = randomPixels(image.size, seed)
    const tokens = randomTokens(model.config, await readModelTokenizer(folder), seed)
    await writeFile(join(work, 'probe.json'), JSON.stringify({ batch: BATCH, size: image.size, context: text.context }))
    await writeFile(join(work, 'pixels.f32'), new Uint8Array(pixels.buffer))
    await writeFile(join(work, 'tokens.i32'), new Uint8Array(tokens.buffer))
    if (text.kind === 'bert') {
      await mkdir(join(work, 'text'))
      await writeFile(join(work, 'text', 'config.json'), JSON.stringify(bertConfig(text)))
    }
    const answer = await runReference(python, reference, work)
    const [images, texts] = tf.tidy(() => {
      const shown = tf.tensor4d(pixels, [BATCH, image.size, image.size, 3])
      const written: Tensor2D = tf.tensor2d(tokens, [BATCH, text.context], 'int32')
      return [model.encodeImages(shown).dataSync(), model.encodeTexts(written).dataSync()] as const
    })
    const stamp: ParityStamp = {
      reference: reference.library === huggingFace.id ? 'transformers' : reference.library,
      version: answer.version,
      maxDifferenceImages: largestDifference(images, await readFloats(join(work, 'images.f32'))),
      maxDifferenceTexts: largestDifference(texts, await readFloats(join(work, 'texts.f32'))),
      digest,
      at: new Date().toISOString(),
    }
    await writeFile(join(work, PARITY_FILE), `${JSON.stringify(stamp, null, 1)}\n`)
    await moveFile(join(work, PARITY_FILE), join(folder, PARITY_FILE))
    return stamp
  } finally {
    model.dispose()
    await rm(work, { recursive: true, force: true })
  }
}

interface Reference {
  library: string
  folder: string
}

/** A checkpoint that is there. A single file is no reference: a library needs the config beside it. */
async function existing(path: string): Promise<Reference> {
  if (!(await stat(path).catch(() => null))?.isDirectory()) {
    throw new AnamnesisError('BAD_INPUT', `${path} is no folder; the reference is a folder with weights and config.`, {
      field: 'against',
    })
  }
  const located = await locate(path)
  await using tensors = await openTensors(join(path, located.weights))
  const library = detectLayout(shapesOf(tensors), located.configs, path).id
  if (library === modelFolder.id) {
    throw new AnamnesisError('BAD_INPUT', `${path} is a model folder of this product, no reference.`, {
      field: 'against',
    })
  }
  return { library, folder: path }
}

/** The model in a layout that can express it; everything the library needs lies in the folder. */
async function exported(folder: string, { image, text }: ModelConfig, work: string): Promise<Reference> {
  const target = join(work, 'exported')
  const mixed = image.kind === 'clip' && text.kind === 'clip' && image.activation !== text.activation
  const layout = mixed ? huggingFace.id : openClip.id
  await exportCheckpoint({ folder, layout, target })
  return { library: layout, folder: target }
}

/** @throws BACKEND_UNAVAILABLE without Python or the library; BAD_INPUT when the library cannot load the checkpoint */
async function runReference(python: string, { library, folder }: Reference, work: string) {
  const done = promisify(execFile)(python, [SCRIPT, library, folder, work], { timeout: LONGEST_WAIT })
  await done.catch((cause: Error & { code?: unknown }) => {
    if (cause.code !== 'ENOENT' && cause.code !== EXIT_NO_LIBRARY) {
      throw new AnamnesisError('BAD_INPUT', `${library} could not load ${folder}: ${lastLine(cause)}`, { cause })
    }
    const packages = library === huggingFace.id ? 'torch transformers' : 'torch open_clip_torch transformers timm'
    throw new AnamnesisError(
      'BACKEND_UNAVAILABLE',
      `Not verified: ${python} cannot run the reference (${lastLine(cause)}). Install it (pip install ${packages}) or name ` +
        'another Python in ANAMNESIS_PYTHON.',
      { cause },
    )
  })
  return answerFile.parse(JSON.parse(await readFile(join(work, 'answer.json'), 'utf8')))
}

function lastLine(error: Error): string {
  const { stderr } = error as Error & { stderr?: string }
  return (stderr || error.message).trim().split('\n').at(-1)!
}

/** [batch, size, size, 3], in the range of normalised pixels. */
function randomPixels(size: number, seed: number): Float32Array<ArrayBuffer> {
  const random = new Random(`${seed}/pixels`)
  return Float32Array.from({ length: BATCH * size * size * 3 }, () => random.uniform(-2, 2))
}

/** [batch, context]: texts of several lengths between the start and the end token, padded as the tokenizer pads. */
function randomTokens(config: ModelConfig, tokenizer: Tokenizer, seed: number): Int32Array<ArrayBuffer> {
  const { context } = config.text
  const random = new Random(`${seed}/tokens`)
  const special = new Set([tokenizer.startToken, tokenizer.endToken, tokenizer.padToken])
  const rows = new Int32Array(BATCH * context).fill(tokenizer.padToken)
  for (let row = 0; row < BATCH; row++) {
    const words = Math.round(((context - 2) * (row + 1)) / BATCH)
    rows[row * context] = tokenizer.startToken
    for (let i = 1; i <= words; i++) {
      let id: number
      do id = random.int(tokenizer.size)
      while (special.has(id))
      rows[row * context + i] = id
    }
    rows[row * context + words + 1] = tokenizer.endToken
  }
  return rows
}

async function readFloats(path: string): Promise<Float32Array> {
  const bytes = await readFile(path)
  return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength))
}

function largestDifference(ours: ArrayLike<number>, theirs: Float32Array): number {
  if (ours.length !== theirs.length) {
    throw new AnamnesisError('BAD_INPUT', `The reference gave ${theirs.length} numbers, the model ${ours.length}.`)
  }
  return theirs.reduce((largest, value, i) => Math.max(largest, Math.abs(value - ours[i]!)), 0)
}

/** Over the border of a disk too. */
async function moveFile(from: string, to: string): Promise<void> {
  const beside = `${to}.part`
  await writeFile(beside, await readFile(from))
  await rename(beside, to)
}

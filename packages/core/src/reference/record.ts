import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { AnamnesisError, BAGS, type EncodedVectors, LICENCE_GROUPS } from '../contracts/index.ts'
import type { Encoder } from '../embed/encoder.ts'
import { RETRIEVAL_MODES } from '../retrieve/index.ts'
import { writeWhole } from '../stores/index.ts'
import { SIPHON_SPLITS, siphonRatio } from './siphon.ts'

const number = z.number().nullable()

/** A retrieval as it was done for one task of a run: enough to do it again with other settings. */
const retrievalRecord = z.object({
  format: z.literal('anamnesis-retrieval-1'),
  task: z.number().int().min(1),
  policy: z.enum(['uniform', 'dynamic', 'prompts']),
  corpus: z.object({ id: z.string(), digest: z.string() }),
  store: z.string(),
  encoderId: z.string(),
  dim: z.number().int().positive(),
  indexVersion: z.string(),
  settings: z.object({
    size: z.number().int(),
    k: z.number().int(),
    perCaption: z.number().int(),
    mode: z.enum(RETRIEVAL_MODES),
    ratio: siphonRatio,
    split: z.enum(SIPHON_SPLITS),
    trustFloor: number,
    licenceGroups: z.array(z.enum(LICENCE_GROUPS)),
  }),
  /** Each with its query vector in the file beside, in this order. */
  questions: z.array(
    z.object({
      text: z.string(),
      bag: z.enum(BAGS),
      domain: z.string(),
      taskId: z.string().nullable(),
      classId: z.string().nullable(),
    }),
  ),
  /** Pairs that each bag could take. */
  budgets: z.record(z.enum(BAGS), z.number().int()),
  pairs: z.array(
    z.object({
      figureId: z.string(),
      caption: z.string(),
      bag: z.enum(BAGS),
      question: z.string(),
      rank: z.number().int(),
      dense: number,
      visual: z.number(),
      lexical: number,
    }),
  ),
  milliseconds: z.number(),
})
export type RetrievalRecord = z.infer<typeof retrievalRecord>

/** An encoder that remembers the vectors of the texts that it was asked for. */
export class RecordingEncoder implements Encoder {
  readonly id: string
  readonly dim: number
  private readonly vectors = new Map<string, Float32Array>()

  constructor(private readonly encoder: Encoder) {
    this.id = encoder.id
    this.dim = encoder.dim
  }

  async encodeTexts(texts: readonly string[]): Promise<EncodedVectors> {
    const encoded = await this.encoder.encodeTexts(texts)
    for (const [i, text] of texts.entries()) {
      if (!this.vectors.has(text)) this.vectors.set(text, encoded.data.slice(i * this.dim, (i + 1) * this.dim))
    }
    return encoded
  }

  encodeImages(images: readonly Uint8Array[]): Promise<EncodedVectors> {
    return this.encoder.encodeImages(images)
  }

  /** [texts.length * dim]; texts that were never asked for are encoded now. */
  async vectorsOf(texts: readonly string[]): Promise<Float32Array> {
    const missing = texts.filter((text) => !this.vectors.has(text))
    if (missing.length > 0) await this.encodeTexts(missing)
    const data = new Float32Array(texts.length * this.dim)
    for (const [i, text] of texts.entries()) data.set(this.vectors.get(text)!, i * this.dim)
    return data
  }
}

const files = (folder: string, task: number) => ({
  record: join(folder, `task-${task}.json`),
  vectors: join(folder, `task-${task}.f32`),
})

/** Writes `<folder>/task-<n>.json` and its query vectors; the record appears last. */
export async function saveRetrieval(folder: string, record: RetrievalRecord, vectors: Float32Array): Promise<void> {
  await mkdir(folder, { recursive: true })
  const { record: file, vectors: vectorFile } = files(folder, record.task)
  await writeWhole(vectorFile, new Uint8Array(vectors.buffer, vectors.byteOffset, vectors.byteLength))
  await writeWhole(file, JSON.stringify(record))
}

/**
 * Reads a recorded retrieval with an encoder that knows exactly its questions.
 * @throws NOT_FOUND when none was recorded, CORRUPT_ARCHIVE when its files are damaged
 */
export async function readRetrieval(
  folder: string,
  task: number,
): Promise<{ record: RetrievalRecord; encoder: Encoder }> {
  const { record: file, vectors: vectorFile } = files(folder, task)
  const text = await readFile(file, 'utf8').catch(() => null)
  if (text === null) {
    throw new AnamnesisError(
      'NOT_FOUND',
      `No retrieval is recorded for task ${task}: the run has not come to it, retrieves nothing, or is older than these records.`,
      { field: 'task' },
    )
  }
  try {
    const record = retrievalRecord.parse(JSON.parse(text))
    const bytes = await readFile(vectorFile)
    if (bytes.byteLength !== record.questions.length * record.dim * 4) throw new Error('query vectors are cut short')
    const data = new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength))
    return { record, encoder: storedEncoder(record, data) }
  } catch (cause) {
    throw new AnamnesisError('CORRUPT_ARCHIVE', `The recorded retrieval of task ${task} is damaged.`, { cause })
  }
}

function storedEncoder({ encoderId, dim, questions }: RetrievalRecord, data: Float32Array): Encoder {
  const rows = new Map(questions.map(({ text }, i) => [text, i]))
  return {
    id: encoderId,
    dim,
    async encodeTexts(texts) {
      const found = new Float32Array(texts.length * dim)
      for (const [i, text] of texts.entries()) {
        const row = rows.get(text)
        if (row === undefined) {
          throw new AnamnesisError('MISSING_DATA', `The recorded retrieval did not ask "${text.slice(0, 200)}".`)
        }
        found.set(data.subarray(row * dim, (row + 1) * dim), i * dim)
      }
      return { encoderId, dim, data: found }
    },
    async encodeImages() {
      throw new AnamnesisError('MISSING_DATA', 'A recorded retrieval has no images.')
    },
  }
}

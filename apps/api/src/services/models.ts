import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { AnamnesisError, slug } from '@anamnesis/core/contracts'
import {
  type ModelInfo,
  readModelInfo,
  readParityStamp,
  readSourceNote,
  SafetensorsReader,
} from '@anamnesis/core/model'
import { modelFolder, shippedModels } from './folders.ts'

/** What a folder of a base model must hold. */
const PARTS = ['model.json', 'tokenizer.json', 'weights.safetensors'] as const
/** Small files beside them that say more about the model; each may be absent. */
const NOTES = ['parity.json', 'pretraining.json', 'source.json'] as const

/** How a model came to this installation. "added": its folder was put there by hand. */
export const MODEL_ORIGINS = ['shipped', 'imported', 'pretrained', 'added'] as const
export type ModelOrigin = (typeof MODEL_ORIGINS)[number]

type ParityStamp = NonNullable<Awaited<ReturnType<typeof readParityStamp>>>

/** A base model of this installation. */
export interface StoredModel extends Pick<ModelInfo, 'config' | 'digest' | 'encoderId'> {
  key: string
  /** Size of the weights file. */
  bytes: number
  /** Numbers in all weight tensors. */
  parameters: number
  tokenizerKind: string
  origin: ModelOrigin
  /** What it was imported from; null where that is not known. */
  source: string | null
  /** Comparison with the reference implementation; null until it was made for these weights. */
  parity: ParityStamp | null
  addedAt: Date
}

/** The base models below `home`: every complete folder of `models/`. Reading one digests its weights once. */
export class ModelShelf {
  private readonly read = new Map<string, { version: string; model: Promise<StoredModel> }>()

  constructor(readonly home: string) {}

  /** Ids of all complete folders, sorted. */
  async keys(): Promise<string[]> {
    const names = await readdir(join(this.home, 'models')).catch(() => [])
    const complete = await Promise.all(names.map(async (name) => (await this.versionOf(name)) !== null))
    return names.filter((_, i) => complete[i]).sort()
  }

  /** All models by id; damaged ones are left out. */
  async list(): Promise<StoredModel[]> {
    const found: StoredModel[] = []
    // One after another: each may digest a large file.
    for (const key of await this.keys()) {
      const model = await this.find(key)
      if (model) found.push(model)
    }
    return found
  }

  /** @returns null where there is no such model, or only a damaged one */
  async find(key: string): Promise<StoredModel | null> {
    const version = await this.versionOf(key)
    if (version === null) return null
    const known = this.read.get(key)
    if (known?.version === version) return orNull(known.model)
    const model = readModel(this.home, key)
    this.read.set(key, { version, model })
    model.catch(() => {
      if (this.read.get(key)?.model === model) this.read.delete(key)
    })
    return orNull(model)
  }

  /** Whether the folder of a model is complete. */
  async exists(key: string): Promise<boolean> {
    return (await this.versionOf(key)) !== null
  }

  /** @throws UNKNOWN_MODEL naming the models there are */
  async require(key: string, field: string): Promise<void> {
    if (await this.exists(key)) return
    const known = (await this.keys()).join(', ') || 'none yet'
    throw new AnamnesisError(
      'UNKNOWN_MODEL',
      `There is no base model "${key}". Known: ${known}. Import one: npm run model -- import <source>, or on the dashboard's Models page.`,
      { field },
    )
  }

  /** Changes when a file of the folder does; null where the folder is not complete. */
  private async versionOf(key: string): Promise<string | null> {
    if (!slug.safeParse(key).success) return null
    const folder = modelFolder(this.home, key)
    const parts = await Promise.all(PARTS.map((name) => stat(join(folder, name)).catch(() => null)))
    if (parts.includes(null)) return null
    const notes = await Promise.all(NOTES.map((name) => stat(join(folder, name)).catch(() => null)))
    return [...parts, ...notes].map((file) => (file ? `${file.ino}/${file.mtimeMs}/${file.size}` : '-')).join(' ')
  }
}

async function readModel(home: string, key: string): Promise<StoredModel> {
  const folder = modelFolder(home, key)
  const weights = join(folder, 'weights.safetensors')
  const { config, digest, encoderId } = await readModelInfo(folder)
  const { size: bytes, mtime: addedAt } = await stat(weights)
  await using reader = await SafetensorsReader.open(weights)
  let parameters = 0
  for (const { shape } of reader.tensors.values()) parameters += shape.reduce((product, n) => product * n, 1)
  const source = (await readSourceNote(folder))?.source ?? null
  const pretrained = (await readJson(join(folder, 'pretraining.json'))) !== null
  const origin = (await isShipped(key, digest))
    ? 'shipped'
    : source !== null
      ? 'imported'
      : pretrained
        ? 'pretrained'
        : 'added'
  const tokenizer = (await readJson(join(folder, 'tokenizer.json'))) as { kind?: unknown } | null
  return {
    ...{ key, config, digest, encoderId, bytes, parameters, origin, source, addedAt },
    tokenizerKind: typeof tokenizer?.kind === 'string' ? tokenizer.kind : 'bytePair',
    parity: await readParityStamp(folder, digest),
  }
}

async function isShipped(key: string, digest: string): Promise<boolean> {
  const shipped = await readModelInfo(join(shippedModels, key)).catch(() => null)
  return shipped?.digest === digest
}

/** @returns null where the file is absent or no JSON */
async function readJson(path: string): Promise<unknown> {
  const text = await readFile(path, 'utf8').catch(() => null)
  if (text === null) return null
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

function orNull(model: Promise<StoredModel>): Promise<StoredModel | null> {
  return model.catch((error: unknown) => {
    if (error instanceof AnamnesisError) return null
    throw error
  })
}

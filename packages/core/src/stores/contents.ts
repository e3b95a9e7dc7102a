import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import type { IndexRow, LexicalStatistics } from './store.ts'
import { terms } from './terms.ts'
import { writeWhole } from './writeWhole.ts'

const FILE = 'contents.json'
const WORD_64 = (1n << 64n) - 1n

const saved = z.object({
  /** The store's own revision that these numbers belong to. */
  revision: z.string(),
  version: z.string(),
  documents: z.number().int(),
  totalLength: z.number().int(),
  frequencies: z.array(z.tuple([z.string(), z.number().int()])),
})

/** What a store knows about all its rows: their joint digest and the lexical statistics of their captions. */
export interface Contents extends LexicalStatistics {
  version: string
}

/** SHA-256 of a row, 16 hex digits: equal rows, equal digests, in every store. */
export function rowDigest(row: IndexRow): string {
  const bytes = (vector: Float32Array) => new Uint8Array(vector.buffer, vector.byteOffset, vector.byteLength)
  return createHash('sha256')
    .update(JSON.stringify(Object.entries(row.figure).sort(([a], [b]) => (a < b ? -1 : 1))))
    .update(bytes(row.captionVector))
    .update(bytes(row.imageVector))
    .digest('hex')
    .slice(0, 16)
}

type RowSummaries = AsyncIterable<{ caption: string; digest: string }> | Iterable<{ caption: string; digest: string }>

/**
 * The summary of a store at a revision: the kept one where it fits, otherwise made anew and kept.
 * One per store; callers that ask at the same time share the work.
 */
export class ContentsKeeper {
  private current: Promise<Contents> | null = null

  constructor(
    private readonly store: { folder: string; encoderId: string; dim: number },
    private readonly revision: () => Promise<string>,
    private readonly rows: () => RowSummaries,
  ) {}

  get(): Promise<Contents> {
    this.current ??= this.make().catch((error: unknown) => {
      this.current = null
      throw error
    })
    return this.current
  }

  /** To be called when rows changed. */
  forget(): void {
    this.current = null
  }

  private async make(): Promise<Contents> {
    const revision = await this.revision()
    return (
      (await readContents(this.store.folder, revision)) ??
      (await summarise(this.store.folder, revision, this.store, this.rows()))
    )
  }
}

/** Reads every row once and keeps the result beside the index under the store's revision. */
async function summarise(
  folder: string,
  revision: string,
  store: { encoderId: string; dim: number },
  rows: RowSummaries,
): Promise<Contents> {
  const frequencies = new Map<string, number>()
  let documents = 0
  let totalLength = 0
  let sum = 0n // the sum does not depend on the order of the rows
  for await (const { caption, digest } of rows) {
    const words = terms(caption)
    documents++
    totalLength += words.length
    sum = (sum + BigInt(`0x${digest}`)) & WORD_64
    for (const term of new Set(words)) frequencies.set(term, (frequencies.get(term) ?? 0) + 1)
  }
  const version = createHash('sha256')
    .update(`${store.encoderId}\n${store.dim}\n${documents}\n${sum}`)
    .digest('hex')
    .slice(0, 16)
  const record = { revision, version, documents, totalLength, frequencies: [...frequencies] }
  await writeWhole(join(folder, FILE), JSON.stringify(record))
  return contents(version, documents, totalLength, frequencies)
}

/** The kept summary, or null where there is none for this revision. */
async function readContents(folder: string, revision: string): Promise<Contents | null> {
  const text = await readFile(join(folder, FILE), 'utf8').catch(() => null)
  if (text === null) return null
  const record = saved.safeParse(parseJson(text))
  if (!record.success || record.data.revision !== revision) return null
  const { version, documents, totalLength, frequencies } = record.data
  return contents(version, documents, totalLength, new Map(frequencies))
}

function contents(version: string, documents: number, totalLength: number, frequencies: Map<string, number>): Contents {
  return {
    version,
    documents,
    meanLength: documents === 0 ? 0 : totalLength / documents,
    documentFrequency: (term) => frequencies.get(term) ?? 0,
  }
}

/** null instead of an error: a half-written summary is rebuilt. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

import { createHash } from 'node:crypto'
import { readdir, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { AnamnesisError, type NewFigureRecord } from '../../contracts/index.ts'
import type { ImporterDefinition } from '../importer.ts'
import { mustExist } from '../importer.ts'
import { ImportNotes } from '../importNotes.ts'
import { readRecord } from '../jsonl/fields.ts'
import { literatureHead } from '../literatureHead.ts'
import { missingCard } from '../literatureImage.ts'
import { readTar, type TarMember } from '../tar.ts'

const SHARD = /\.(tar|tar\.gz|tgz)$/i
const PICTURE = /^(jpe?g|png|webp|tiff?|gif)$/i
/** Files of one sample come one after the other; more than this many are no sample. */
const MAX_MEMBERS = 16

/** Shards as BIOMEDICA and other sets of the webdataset layout have them. */
export const webdataset: ImporterDefinition = {
  id: 'webdataset',
  title: 'Webdataset shards (BIOMEDICA ...)',
  summary: 'Literature: .tar shards with <key>.jpg and <key>.json (or <key>.txt with the caption) one after the other.',
  async recognises(path) {
    for (const shard of (await listShards(path)).shards.slice(0, 1)) {
      const seen = new Set<string>()
      for await (const { name } of readTar(shard)) {
        const [key, kind] = parts(name)
        if (/^(json|txt)$/.test(kind) && seen.has(key)) return 0.8
        if (PICTURE.test(kind) && seen.has(`${key} text`)) return 0.8
        seen.add(PICTURE.test(kind) ? key : `${key} text`)
        if (seen.size > MAX_MEMBERS) break
      }
    }
    return 0
  },
  async open(path, options) {
    await mustExist(path, 'The shards')
    const { shards, bytes, state } = await listShards(path)
    if (shards.length === 0) throw new AnamnesisError('MISSING_DATA', `There is no .tar shard in "${path}".`)
    const notes = new ImportNotes(options.maxBroken)
    const captionsOnly = options.captionsOnly ?? false
    return {
      kind: 'corpus',
      head: literatureHead(path, options),
      records: readShards(shards, bytes, captionsOnly, notes),
      notes,
      total: null,
      source: `webdataset/${createHash('sha256')
        .update(JSON.stringify([state, captionsOnly]))
        .digest('hex')}`,
    }
  },
}

async function listShards(path: string) {
  const isFolder = (await stat(path)).isDirectory()
  const names = isFolder ? (await readdir(path)).sort() : ['']
  const shards: string[] = []
  const state: string[] = []
  let bytes = 0
  for (const name of names) {
    const file = join(path, name)
    if (!SHARD.test(file)) continue
    const { size, mtimeMs } = await stat(file)
    shards.push(file)
    state.push(`${basename(file)}/${size}/${mtimeMs}`)
    bytes += size
  }
  return { shards, bytes, state }
}

async function* readShards(
  shards: readonly string[],
  totalBytes: number,
  captionsOnly: boolean,
  notes: ImportNotes,
): AsyncGenerator<NewFigureRecord> {
  let done = 0
  for (const shard of shards) {
    const { size } = await stat(shard)
    let read = 0
    let members: TarMember[] = []
    for await (const member of readTar(shard)) {
      const other = members[0] && parts(members[0].name)[0] !== parts(member.name)[0]
      if (other || members.length >= MAX_MEMBERS) {
        yield* sampleOf(members, basename(shard), captionsOnly, notes)
        members = []
      }
      members.push(member)
      read += member.data.length
      notes.share = Math.min(1, (done + Math.min(size, read)) / totalBytes)
    }
    if (members.length > 0) yield* sampleOf(members, basename(shard), captionsOnly, notes)
    done += size
  }
}

/** The figure of the files with one key. */
async function* sampleOf(
  members: readonly TarMember[],
  shard: string,
  captionsOnly: boolean,
  notes: ImportNotes,
): AsyncGenerator<NewFigureRecord> {
  const key = parts(members[0]!.name)[0]
  const place = `${shard}/${key}`
  const of = (kind: RegExp) => members.find(({ name }) => kind.test(parts(name)[1]))?.data
  try {
    const words = of(/^(txt|caption)$/i)
    const json = of(/^json$/i)
    if (!json && !words) throw new AnamnesisError('BAD_INPUT', 'It has neither .json nor .txt.')
    const record = { ...(words && { caption: utf8(words, 'txt') }), ...(json && objectOf(json)) }
    const { figure } = readRecord(record, key)
    const image = of(PICTURE)
    if (image) yield { figure, image, place }
    else {
      notes.problems.missing(place)
      if (captionsOnly) yield { figure: { ...figure, imageMissing: true }, image: await missingCard(), place }
    }
  } catch (error) {
    if (!(error instanceof AnamnesisError)) throw error
    notes.problems.add(place, error)
  }
}

function objectOf(bytes: Uint8Array): Record<string, unknown> {
  const text = utf8(bytes, 'json')
  try {
    const record: unknown = JSON.parse(text)
    if (record !== null && typeof record === 'object' && !Array.isArray(record))
      return record as Record<string, unknown>
  } catch (error) {
    throw new AnamnesisError('BAD_INPUT', `Its .json is not JSON: ${(error as Error).message}`, { cause: error })
  }
  throw new AnamnesisError('BAD_INPUT', 'Its .json is no object.')
}

function utf8(bytes: Uint8Array, kind: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (error) {
    throw new AnamnesisError('BAD_INPUT', `The bytes of its .${kind} are not UTF-8.`, { cause: error })
  }
}

/** Key and kind of a member: what stands before and after the first dot of its file name. */
function parts(name: string): [key: string, kind: string] {
  const slash = name.lastIndexOf('/') + 1
  const dot = name.indexOf('.', slash)
  return dot === -1 ? [name, ''] : [name.slice(0, dot), name.slice(dot + 1)]
}

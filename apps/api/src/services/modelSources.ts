import type { Dirent } from 'node:fs'
import { mkdir, readdir, realpath, stat } from 'node:fs/promises'
import { join, relative, resolve, sep } from 'node:path'
import { AnamnesisError } from '@anamnesis/core/contracts'

/** A checkpoint that lies in the inbox and can be imported. */
export interface ModelSource {
  /** What `importModel` is told: `inbox:<path>`. */
  source: string
  /** Path below the inbox. */
  path: string
  folder: boolean
  bytes: number
  changedAt: Date
  /** A free-form name made fit for an id. */
  suggestedKey: string
}

const PREFIX = 'inbox:'
const WEIGHTS = /\.(safetensors|bin|pt|pth)$/i
/** Folders deeper than this are not looked into, and no more entries than this are looked at. */
const MAX_DEPTH = 5
const MAX_ENTRIES = 5000

/** Where checkpoints are put to be imported over the API. */
const inboxFolder = (home: string) => join(home, 'inbox')

/** Checkpoints in the inbox, by path: folders that hold weights, and single weight files. Makes the inbox. */
export async function modelSources(home: string): Promise<ModelSource[]> {
  const inbox = inboxFolder(home)
  await mkdir(inbox, { recursive: true })
  const found: ModelSource[] = []
  let left = MAX_ENTRIES
  const look = async (folder: string, depth: number): Promise<void> => {
    const entries = await readdir(folder, { withFileTypes: true }).catch(() => [] as Dirent[])
    const visible = entries.filter(({ name }) => !name.startsWith('.')).slice(0, left)
    left -= visible.length
    const files = await Promise.all(
      visible
        .filter((entry) => entry.isFile())
        .map(async ({ name }) => ({ name, ...(await facts(join(folder, name))) })),
    )
    const weights = files.filter(({ name }) => WEIGHTS.test(name))
    if (weights.length > 0 && files.some(({ name }) => name.endsWith('.json')) && folder !== inbox) {
      const bytes = weights.reduce((sum, file) => sum + file.bytes, 0)
      const changedAt = new Date(Math.max(...weights.map((file) => file.changedAt.getTime())))
      found.push(describe(inbox, folder, true, bytes, changedAt))
      return // its files are parts of it
    }
    for (const { name, bytes, changedAt } of weights) {
      found.push(describe(inbox, join(folder, name), false, bytes, changedAt))
    }
    if (depth === MAX_DEPTH) return
    for (const entry of visible) if (entry.isDirectory()) await look(join(folder, entry.name), depth + 1)
  }
  await look(inbox, 0)
  return found.sort((a, b) => (a.path < b.path ? -1 : 1))
}

/**
 * The file or folder that a source names.
 * @param field the input field that names it
 * @throws BAD_INPUT for another kind of source, NOT_ALLOWED where it (or a link in it) leads out of the inbox, NOT_FOUND
 */
export async function resolveSource(home: string, source: string, field = 'source'): Promise<string> {
  const bad = (code: 'BAD_INPUT' | 'NOT_ALLOWED' | 'NOT_FOUND', message: string) =>
    new AnamnesisError(code, message, { field })
  if (source.startsWith('hf:')) {
    throw bad(
      'BAD_INPUT',
      `The server downloads nothing by itself. Run on its machine: npm run model -- import ${source}`,
    )
  }
  if (!source.startsWith(PREFIX)) {
    throw bad('BAD_INPUT', 'A source is "inbox:<path>", a file or folder in the folder "inbox" below ANAMNESIS_HOME.')
  }
  const path = source.slice(PREFIX.length)
  await mkdir(inboxFolder(home), { recursive: true })
  const inbox = await realpath(inboxFolder(home))
  if (path.includes('\0') || !isBelow(inbox, resolve(inbox, path))) {
    throw bad('NOT_ALLOWED', `"${path}" is no path below the inbox.`)
  }
  const target = await realpath(resolve(inbox, path)).catch(() => null)
  if (target === null) {
    throw bad('NOT_FOUND', `There is no "${path}" in the inbox. Put the checkpoint into ${inboxFolder(home)} first.`)
  }
  const outside = isBelow(inbox, target) ? await leadsOutside(inbox, target) : path
  if (outside !== null) {
    throw bad('NOT_ALLOWED', `"${outside}" is a link that leads out of the inbox. Copy the file instead.`)
  }
  return target
}

/** A link at or below the real path `start` that leads out of `inbox`, named from the inbox; null when there is none. */
async function leadsOutside(inbox: string, start: string): Promise<string | null> {
  const seen = new Set([start])
  for (const folder of seen) {
    for (const name of await readdir(folder).catch(() => [])) {
      const real = await realpath(join(folder, name)).catch(() => null)
      if (real === null || !isBelow(inbox, real)) return relative(inbox, join(folder, name))
      seen.add(real) // a set is walked to its end also while it grows
    }
    if (seen.size > MAX_ENTRIES) {
      throw new AnamnesisError('TOO_LARGE', `"${relative(inbox, start)}" holds more than ${MAX_ENTRIES} files.`, {
        field: 'source',
      })
    }
  }
  return null
}

const isBelow = (folder: string, path: string) => path.startsWith(folder + sep)

async function facts(path: string): Promise<{ bytes: number; changedAt: Date }> {
  const { size, mtime } = await stat(path)
  return { bytes: size, changedAt: mtime }
}

function describe(inbox: string, full: string, folder: boolean, bytes: number, changedAt: Date): ModelSource {
  const path = relative(inbox, full).split(sep).join('/')
  return { source: PREFIX + path, path, folder, bytes, changedAt, suggestedKey: keyFrom(path, folder) }
}

/** "BiomedCLIP-PubMedBERT/open_clip_model.safetensors" gives "biomedclip-pubmedbert"; files are named by themselves. */
function keyFrom(path: string, folder: boolean): string {
  const name = path.split('/').at(-1)!
  const plain = (folder ? name : name.replace(WEIGHTS, '')).toLowerCase()
  return (
    plain
      .replace(/[^a-z0-9_.-]+/g, '-')
      .replace(/^[^a-z0-9]+/, '')
      .slice(0, 60) || 'model'
  )
}

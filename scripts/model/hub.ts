import { createHash } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { mkdir, rename, rm, stat, statfs, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { AnamnesisError, type OnProgress, toAnamnesisError } from '@anamnesis/core/contracts'
import { checkpointParts, chooseFiles, type HubFile, type HubListing, parseHubListing } from '@anamnesis/core/model'

/** Attempts in a row that bring not a single new byte. */
const MOST_FAILURES = 5
const FIRST_PAUSE_MS = 500
/** A connection that brings nothing for this long is cut and tried again. Milliseconds. */
const SILENCE_MS = 30_000
/** Room that stays free beside the files. */
const SPARE_BYTES = 64 * 2 ** 20

const SPEC = /^([A-Za-z0-9][\w.-]*\/[A-Za-z0-9][\w.-]*)(?:@([\w./-]+))?$/

export interface HubRepository {
  /** "org/name" */
  name: string
  /** Branch, tag or commit. */
  revision: string
}

export interface HubOptions {
  /** Address of the hub, without a slash at its end. */
  endpoint: string
  /** Access token; sent to the hub only, and never shown. */
  token: string | null
  onProgress?: OnProgress
  signal?: AbortSignal
}

/** Reads "org/name" or "org/name@revision". @throws BAD_INPUT */
export function parseHubName(text: string): HubRepository {
  const [, name, revision = 'main'] = SPEC.exec(text) ?? []
  if (name && !revision.includes('..')) return { name, revision }
  throw new AnamnesisError('BAD_INPUT', `"hf:${text}" is no repository: write hf:org/name or hf:org/name@revision.`)
}

/**
 * Fetches the files of a checkpoint that are needed, one after the other, into a folder named after their commit below
 * `root`. Files that are there and right are not fetched again; one that was cut off goes on where it ended.
 * @throws NOT_FOUND, NOT_ALLOWED, MISSING_DATA (no connection), CORRUPT_WEIGHTS (wrong size or hash), DISK_FULL
 */
export async function fetchCheckpoint(
  repository: HubRepository,
  root: string,
  options: HubOptions,
): Promise<{ commit: string; folder: string }> {
  const { commit, files } = await list(repository, options)
  const folder = join(root, repository.name.replace('/', '--'), commit)
  await mkdir(folder, { recursive: true })
  const fetchAll = async (names: readonly string[]) => {
    const wanted = names.map((name) => known(files, name, repository))
    await requireRoom(folder, wanted)
    for (const file of wanted) await fetchFile(repository, commit, file, folder, options)
  }
  const { weights, configs, preprocessor, tokenizer } = chooseFiles([...files.keys()], `hf:${repository.name}`)
  await fetchAll([...configs, ...(preprocessor ? [preprocessor] : []), ...tokenizer, weights])
  if (weights.endsWith('.index.json')) await fetchAll(await checkpointParts(join(folder, weights)))
  return { commit, folder }
}

async function list({ name, revision }: HubRepository, options: HubOptions): Promise<HubListing> {
  const address = `${options.endpoint}/api/models/${name}/revision/${encodeURIComponent(revision)}?blobs=true`
  const response = await request(address, options, `hf:${name}@${revision}`)
  const listing = parseHubListing(await response.json().catch(() => null))
  if (listing) return listing
  throw new AnamnesisError('MISSING_DATA', `${options.endpoint} does not answer like a model hub. Check HF_ENDPOINT.`)
}

function known(files: HubListing['files'], name: string, repository: HubRepository): HubFile {
  const file = files.get(name)
  if (file) return file
  throw new AnamnesisError('CORRUPT_WEIGHTS', `hf:${repository.name} has no ${name}, which its index names.`)
}

/** @throws DISK_FULL before anything is fetched that has no room */
async function requireRoom(folder: string, files: readonly HubFile[]): Promise<void> {
  const { bavail, bsize } = await statfs(folder)
  let wanted = SPARE_BYTES
  for (const { name, size } of files) {
    const there = (await sizeOf(join(folder, name))) ?? (await sizeOf(incomplete(folder, name))) ?? 0
    wanted += Math.max(0, size - there)
  }
  if (bavail * bsize >= wanted) return
  throw new AnamnesisError(
    'DISK_FULL',
    `The download needs ${megabytes(wanted)} MB, the disk of ${folder} has ${megabytes(bavail * bsize)} MB. ` +
      'Free some space (or move ANAMNESIS_HOME) and try again.',
  )
}

async function fetchFile(
  repository: HubRepository,
  commit: string,
  file: HubFile,
  folder: string,
  options: HubOptions,
): Promise<void> {
  const path = join(folder, file.name)
  if ((await sizeOf(path)) === file.size && (await digestOf(path, file)) === file.digest.hex) return
  const address = `${options.endpoint}/${repository.name}/resolve/${commit}/${encodeURIComponent(file.name)}`
  const part = incomplete(folder, file.name)
  let failures = 0
  for (;;) {
    const before = (await sizeOf(part)) ?? 0
    if (before === file.size) break
    const error = await fetchRest(address, part, before < file.size ? before : 0, file, options).then(
      () => null,
      (reason: unknown) => reason,
    )
    if (error !== null && !canGoOn(error, options)) throw toAnamnesisError(error)
    failures = ((await sizeOf(part)) ?? 0) > before ? 0 : failures + 1
    if (failures >= MOST_FAILURES) throw error === null ? tooShort(file) : toAnamnesisError(error)
    if (error !== null) await sleep(FIRST_PAUSE_MS * 2 ** failures, undefined, { signal: options.signal })
  }
  if (file.size === 0) await writeFile(part, '')
  const found = await digestOf(part, file)
  if (found !== file.digest.hex) {
    await rm(part, { force: true })
    throw new AnamnesisError(
      'CORRUPT_WEIGHTS',
      `${file.name} of hf:${repository.name} arrived with digest ${found}, the hub states ${file.digest.hex}. ` +
        'It was removed; try again.',
    )
  }
  await rename(part, path)
}

/** Whether another attempt makes sense: the connection broke or the hub is in trouble, and nobody wants to stop. */
function canGoOn(error: unknown, options: HubOptions): boolean {
  if (options.signal?.aborted) return false
  const { code, name } = error as { code?: string; name?: string }
  if (error instanceof AnamnesisError) return code === 'MISSING_DATA'
  return name === 'AbortError' || name === 'TypeError' || /^(UND_ERR|E(CONN|PIPE|TIMEDOUT|AI_AGAIN))/.test(code ?? '')
}

/** Appends what is missing from byte `done` on; a server that knows no ranges sends all of it again. */
async function fetchRest(
  address: string,
  part: string,
  done: number,
  file: HubFile,
  options: HubOptions,
): Promise<void> {
  const silence = new AbortController()
  const timer = setTimeout(() => silence.abort(), SILENCE_MS)
  try {
    const signal = AbortSignal.any([silence.signal, ...(options.signal ? [options.signal] : [])])
    const range: Record<string, string> = done > 0 ? { Range: `bytes=${done}-` } : {}
    const response = await request(address, { ...options, signal }, file.name, range)
    const goesOn = response.status === 206 && response.headers.get('content-range')?.startsWith(`bytes ${done}-`)
    let at = goesOn ? done : 0
    const counted = async function* (chunks: AsyncIterable<Uint8Array>) {
      for await (const chunk of chunks) {
        timer.refresh()
        at += chunk.length
        // More than was announced is never stored.
        if (at > file.size) throw new AnamnesisError('CORRUPT_WEIGHTS', `${file.name} is longer than the hub states.`)
        options.onProgress?.({ what: file.name, done: at, total: file.size })
        yield chunk
      }
    }
    if (!response.body) throw tooShort(file)
    const body = Readable.fromWeb(response.body as Parameters<typeof Readable.fromWeb>[0])
    await pipeline(body, counted, createWriteStream(part, { flags: goesOn ? 'a' : 'w' }))
  } finally {
    clearTimeout(timer)
  }
}

/** @throws NOT_FOUND, NOT_ALLOWED; MISSING_DATA when there is no connection or the hub is in trouble */
async function request(
  address: string,
  { endpoint, token, signal }: HubOptions,
  what: string,
  headers: Record<string, string> = {},
): Promise<Response> {
  // Followed to another host (the storage of large files), the authorization stays behind: fetch drops it.
  const response = await fetch(address, {
    headers: { ...headers, ...(token ? { Authorization: `Bearer ${token}` } : {}) },
    ...(signal ? { signal } : {}),
  }).catch((cause: Error) => {
    if (signal?.aborted) throw cause
    const reason = (cause.cause as NodeJS.ErrnoException | undefined)?.code ?? cause.message
    throw new AnamnesisError(
      'MISSING_DATA',
      `${endpoint} cannot be reached (${reason}). Check the network (behind a proxy: NODE_USE_ENV_PROXY=1 and HTTPS_PROXY) ` +
        'or HF_ENDPOINT, or fetch the files elsewhere and import their folder.',
      { cause },
    )
  })
  if (response.ok) return response
  await response.body?.cancel()
  if (response.status === 401 || response.status === 403) {
    const way = token ? 'HF_TOKEN has no access to it' : 'it may be private, gated or misspelt; set HF_TOKEN'
    throw new AnamnesisError('NOT_ALLOWED', `The hub refuses ${what} (${response.status}): ${way}.`)
  }
  if (response.status === 404) {
    throw new AnamnesisError('NOT_FOUND', `The hub has no ${what}. Check the name and the revision.`)
  }
  throw new AnamnesisError('MISSING_DATA', `The hub answers ${response.status} for ${what}. Try again later.`)
}

const tooShort = ({ name }: HubFile) =>
  new AnamnesisError('MISSING_DATA', `The hub sends less of ${name} than it states. Try again later.`)

const incomplete = (folder: string, name: string) => join(folder, `${name}.incomplete`)
const megabytes = (bytes: number) => Math.ceil(bytes / 2 ** 20)

/** Null when there is no such file. */
async function sizeOf(path: string): Promise<number | null> {
  return stat(path).then(
    ({ size }) => size,
    () => null,
  )
}

async function digestOf(path: string, { size, digest }: HubFile): Promise<string> {
  const hash = createHash(digest.kind === 'sha256' ? 'sha256' : 'sha1')
  if (digest.kind === 'gitBlob') hash.update(`blob ${size}\0`)
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) hash.update(chunk as Buffer)
  return hash.digest('hex')
}

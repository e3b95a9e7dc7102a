import { readFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Client, ClientOptions } from '@elastic/elasticsearch'
import { AnamnesisError } from '../../contracts/index.ts'
import type { ElasticsearchSettings } from './settings.ts'

/** Milliseconds that one request may take. */
const REQUEST_TIME = 30_000
/** Milliseconds that one writing may take at least. */
const LEAST_WRITE_TIME = 10_000
/** Seconds that a search or another reading waits for a cluster that is away. */
const READ_PATIENCE = 30
/** Milliseconds that one reading may take at least, before another node is asked. */
const LEAST_READ_TIME = 2_000
/** Longest pause between two attempts, in milliseconds. */
const LONGEST_PAUSE = 5_000
/** HTTP answers that pass: too busy, or a part of the cluster is away. */
const PASSING = new Set([429, 502, 503, 504])

/** A connection to a cluster that waits for it when it is away, and says in clear words what it refuses. */
export class Cluster implements AsyncDisposable {
  readonly client: Client
  readonly settings: ElasticsearchSettings
  private readonly away: (error: unknown) => boolean
  /** The same connections; a node that hangs is left in time for every other one to be asked. */
  private readonly reader: Client

  private constructor(client: Client, settings: ElasticsearchSettings, away: (error: unknown) => boolean) {
    this.client = client
    this.settings = settings
    this.away = away
    this.reader = client.child({ requestTimeout: readTime(settings) })
  }

  static async connect(settings: ElasticsearchSettings): Promise<Cluster> {
    const { Client, errors } = await import('@elastic/elasticsearch')
    const { apiKey, username, password, caFile, caFingerprint } = settings
    const options: ClientOptions = { nodes: [...settings.urls], maxRetries: 0, requestTimeout: writeTime(settings) }
    if (apiKey !== undefined) options.auth = { apiKey }
    else if (username !== undefined) options.auth = { username, password: password ?? '' }
    if (caFile !== undefined) options.tls = { ca: await readCertificate(caFile) }
    if (caFingerprint !== undefined) options.caFingerprint = caFingerprint
    const away = (error: unknown) =>
      error instanceof errors.ConnectionError ||
      error instanceof errors.TimeoutError ||
      error instanceof errors.NoLivingConnectionsError
    return new Cluster(new Client(options), settings, away)
  }

  /** A request that reads. @throws STORE_UNAVAILABLE, NOT_ALLOWED */
  read<T>(what: string, request: (client: Client) => Promise<T>): Promise<T> {
    return this.ask(what, this.reader, request, Math.min(READ_PATIENCE, this.settings.patience))
  }

  /** A request that may be repeated without harm; waits through a longer absence. @throws STORE_UNAVAILABLE, NOT_ALLOWED */
  write<T>(what: string, request: (client: Client) => Promise<T>): Promise<T> {
    return this.ask(what, this.client, request, this.settings.patience)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.client.close()
  }

  private async ask<T>(
    what: string,
    client: Client,
    request: (client: Client) => Promise<T>,
    patience: number,
  ): Promise<T> {
    const start = performance.now()
    for (let attempt = 0; ; attempt++) {
      try {
        return await request(client)
      } catch (error) {
        const status = statusOf(error)
        const passing = this.away(error) || (status !== null && PASSING.has(status))
        if (!passing) throw refusal(what, status, error)
        const waited = (performance.now() - start) / 1000
        if (waited >= patience) throw this.unavailable(what, waited, error)
        await sleep(pause(attempt))
      }
    }
  }

  private unavailable(what: string, seconds: number, cause: unknown): AnamnesisError {
    return new AnamnesisError(
      'STORE_UNAVAILABLE',
      `Elasticsearch at ${this.settings.urls.map(shownUrl).join(', ')} did not answer for ${Math.round(seconds)} s (${what}: ${(cause as Error).message}). What was written is kept; start it and try again, or check ELASTICSEARCH_URL.`,
      { cause },
    )
  }
}

/** An answer in which shards are missing: asked again like a cluster that is too busy. */
class PartlyAway extends Error {
  readonly statusCode = 503
}

/** Seconds that the copies of an index without rows are waited for. */
export const EMPTY_COPIES_PATIENCE = 20

/**
 * Waits until every shard of `index` has all its copies, so that the loss of a node loses nothing. A cluster that
 * cannot hold them (one node, a fixed number of copies) is gone on with after `seconds`. @throws STORE_UNAVAILABLE
 */
export async function waitForCopies(cluster: Cluster, index: string, seconds: number): Promise<void> {
  await cluster.write('waiting for the copies of an index', (client) =>
    client.cluster
      .health(
        { index, wait_for_status: 'green', timeout: `${seconds}s` },
        { requestTimeout: 1_000 * seconds + REQUEST_TIME },
      )
      .catch((error: unknown) => {
        if (statusOf(error) !== 408) throw error
      }),
  )
}

/** Lets an answer of all shards pass. */
export function whole<T extends { _shards?: { failed: number } }>(answer: T): T {
  const failed = answer._shards?.failed ?? 0
  if (failed > 0) throw new PartlyAway(`${failed} shards did not answer`)
  return answer
}

/** Lets an answer pass when none of its parts is an error. */
export function withoutErrors<T>(parts: readonly T[]): readonly T[] {
  const failed = parts.find((part) => typeof part === 'object' && part !== null && 'error' in part)
  if (failed !== undefined) throw new PartlyAway(JSON.stringify(failed))
  return parts
}

/** Milliseconds that one writing may take: one that got lost is asked again before the patience ends. */
function writeTime({ patience }: ElasticsearchSettings): number {
  return Math.min(REQUEST_TIME, Math.max(LEAST_WRITE_TIME, 500 * patience))
}

/** Milliseconds that one reading may take: the patience, shared among the nodes. */
function readTime({ urls, patience }: ElasticsearchSettings): number {
  if (urls.length === 1) return REQUEST_TIME
  return Math.max(LEAST_READ_TIME, (1_000 * Math.min(READ_PATIENCE, patience)) / urls.length)
}

/** Milliseconds before the next attempt: doubling from 200, with full jitter so that many clients do not come at once. */
export const pause = (attempt: number): number => Math.random() * Math.min(LONGEST_PAUSE, 200 * 2 ** attempt)

/** HTTP status of a refused request, null for any other error. */
export function statusOf(error: unknown): number | null {
  const status = (error as { statusCode?: unknown } | null)?.statusCode
  return typeof status === 'number' ? status : null
}

function refusal(what: string, status: number | null, cause: unknown): unknown {
  if (status === 401 || status === 403) {
    return new AnamnesisError(
      'NOT_ALLOWED',
      `Elasticsearch refuses ${what} (status ${status}). Give ELASTICSEARCH_API_KEY, or ELASTICSEARCH_USERNAME and ELASTICSEARCH_PASSWORD, with the privileges "manage" on the product's indexes and "manage_index_templates" on the cluster.`,
      { cause },
    )
  }
  return cause
}

async function readCertificate(path: string): Promise<Buffer> {
  try {
    return await readFile(path)
  } catch (cause) {
    throw new AnamnesisError('BAD_INPUT', `ELASTICSEARCH_CA names ${path}, which cannot be read.`, {
      field: 'ELASTICSEARCH_CA',
      cause,
    })
  }
}

/** Without user and password. */
function shownUrl(url: string): string {
  const { protocol, host } = new URL(url)
  return `${protocol}//${host}`
}

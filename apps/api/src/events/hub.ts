import pg from 'pg'
import type { Logger } from 'pino'
import { CHANNEL, type Notice } from './store.ts'

type Listener = (notice: Notice | null) => void

/**
 * Tells this process about stored events (LISTEN). A notice only says that there is something to read: whoever listens
 * keeps a cursor into the store, so a notice that is lost or comes twice does no harm. After a lost connection every
 * listener is woken with null, since notices may have been missed.
 */
export class EventHub implements AsyncDisposable {
  private readonly listeners = new Set<Listener>()
  private client: pg.Client | null = null
  private closed = false
  private retry: NodeJS.Timeout | null = null

  private constructor(
    private readonly databaseUrl: string,
    private readonly log: Logger,
  ) {}

  static async open(databaseUrl: string, log: Logger): Promise<EventHub> {
    const hub = new EventHub(databaseUrl, log)
    await hub.connect()
    return hub
  }

  private async connect(): Promise<void> {
    const client = new pg.Client({ connectionString: this.databaseUrl, keepAlive: true })
    client.on('notification', (message) => this.tell(JSON.parse(message.payload ?? 'null') as Notice | null))
    client.on('error', (error) => this.log.warn({ error: error.message }, 'connection for notices lost'))
    client.on('end', () => {
      if (this.client === client && !this.closed) this.reconnect()
    })
    this.client = client
    await client.connect()
    await client.query(`listen ${CHANNEL}`)
  }

  private reconnect(): void {
    if (this.retry || this.closed) return
    this.retry = setTimeout(() => {
      this.retry = null
      this.connect().then(
        () => this.tell(null),
        () => this.reconnect(),
      )
    }, 500)
  }

  private tell(notice: Notice | null): void {
    for (const listener of this.listeners) listener(notice)
  }

  /** @returns stops listening */
  listen(listener: Listener): () => void {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }

  async close(): Promise<void> {
    this.closed = true
    if (this.retry) clearTimeout(this.retry)
    this.listeners.clear()
    await this.client?.end().catch(() => undefined)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }
}

/** A bell that several wake-ups ring once: `wait` resolves at once when it rang since the last wait. */
export class Bell {
  private rang = false
  private waiting: (() => void) | null = null

  ring = (): void => {
    this.rang = true
    this.waiting?.()
  }

  /** Resolves when the bell rang, or after `timeout` milliseconds. */
  async wait(timeout: number): Promise<void> {
    if (!this.rang) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, timeout)
        this.waiting = () => {
          clearTimeout(timer)
          resolve()
        }
      })
      this.waiting = null
    }
    this.rang = false
  }
}

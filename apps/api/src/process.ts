import { AnamnesisError, toAnamnesisError } from '@anamnesis/core/contracts'
import type { Logger } from 'pino'

/** Tells the process that started this one, when there is one. */
export function tellParent(message: object): void {
  if (process.connected) process.send?.(message, undefined, undefined, () => undefined)
}

/**
 * Runs `stop` once, when this process is asked to end or the one that started it is gone, then ends. A second request
 * ends at once.
 */
export function stopOnRequest(log: Logger, stop: () => Promise<void>): void {
  let stopping = false
  const end = (why: string) => {
    if (stopping) return
    stopping = true
    log.debug({ why }, 'stopping')
    const force = setTimeout(() => process.exit(1), 25_000)
    stop()
      .then(() => process.exit(0))
      .catch((error: unknown) => {
        log.error({ err: error }, 'not stopped cleanly')
        process.exit(1)
      })
      .finally(() => clearTimeout(force))
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => end(signal))
  if (process.send) process.on('disconnect', () => end('parent gone'))
}

/** Ends this process with a message that people can read. */
export function failStart(error: unknown, log: Logger): never {
  const known = toAnamnesisError(error)
  if (!(error instanceof AnamnesisError)) log.error({ err: error }, 'could not start')
  else log.error(`${known.code}: ${known.message}`)
  tellParent({ type: 'failed', code: known.code, message: known.message })
  process.exit(1)
}

/** The database this process was told to use. @throws BAD_INPUT */
export function neededDatabaseUrl(databaseUrl: string | null): string {
  if (databaseUrl) return databaseUrl
  throw new AnamnesisError(
    'BAD_INPUT',
    'DATABASE_URL is not set. "npm start" starts a database of its own and sets it.',
    {
      field: 'DATABASE_URL',
    },
  )
}

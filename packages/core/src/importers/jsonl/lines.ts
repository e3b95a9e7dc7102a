import { createReadStream } from 'node:fs'
import { TextDecoder } from 'node:util'
import { createGunzip } from 'node:zlib'
import { AnamnesisError } from '../../contracts/index.ts'

/** A line that is longer is broken: no record has this many bytes. */
const MAX_LINE_BYTES = 4 * 1024 * 1024

/** One line with its number from 1; `error` where it is no JSON object in UTF-8. */
export type JsonLine = { number: number; bytesRead: number } & (
  | { record: Readonly<Record<string, unknown>> }
  | { error: AnamnesisError }
)

/** Reads JSON lines (or .jsonl.gz) one after the other. Empty lines are passed over. */
export async function* readJsonLines(path: string): AsyncGenerator<JsonLine> {
  const file = createReadStream(path)
  const bytes = path.endsWith('.gz') ? file.pipe(createGunzip()) : file
  if (bytes !== file) file.on('error', (error) => bytes.destroy(error))
  let parts: Buffer[] = []
  let waiting = 0
  let number = 0
  try {
    for await (const chunk of bytes) {
      let start = 0
      const all = chunk as Buffer
      for (let end = all.indexOf(10); end !== -1; end = all.indexOf(10, start)) {
        parts.push(all.subarray(start, end))
        number++
        yield* parsed(parts, number, file.bytesRead)
        parts = []
        waiting = 0
        start = end + 1
      }
      const rest = all.subarray(start)
      waiting += rest.length
      // Of a line that is too long only that it is too long is kept.
      if (waiting > MAX_LINE_BYTES) parts = [TOO_LONG]
      else parts.push(rest)
    }
    if (waiting > 0) yield* parsed(parts, number + 1, file.bytesRead)
  } finally {
    file.destroy()
  }
}

const TOO_LONG = Buffer.alloc(0)

function* parsed(parts: readonly Buffer[], number: number, bytesRead: number): Generator<JsonLine> {
  if (parts.includes(TOO_LONG)) {
    yield {
      number,
      bytesRead,
      error: new AnamnesisError('TOO_LARGE', `The line has more than ${MAX_LINE_BYTES} bytes.`),
    }
    return
  }
  const line = Buffer.concat(parts)
  if (line.every((byte) => byte <= 32)) return
  try {
    const record: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(line))
    if (record === null || typeof record !== 'object' || Array.isArray(record)) throw new Error('it is no object')
    yield { number, bytesRead, record: record as Record<string, unknown> }
  } catch (error) {
    const why = error instanceof TypeError ? 'its bytes are not UTF-8' : (error as Error).message
    yield {
      number,
      bytesRead,
      error: new AnamnesisError('BAD_INPUT', `The line is no JSON record: ${why}`, { cause: error }),
    }
  }
}

import { createReadStream } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { extname } from 'node:path'
import { parse } from 'csv-parse'
import { AnamnesisError } from '../../contracts/index.ts'

/** A row with its place, "train.csv line 17". */
export interface TableRow {
  values: Readonly<Record<string, string>>
  at: string
}

/**
 * Reads a table row by row: .csv, .tsv, or .json (a list of objects).
 * @param name how messages call the file
 * @param columns that have to be there
 * @throws BAD_INPUT naming the file and the line
 */
export async function* readTable(path: string, name: string, columns: readonly string[]): AsyncGenerator<TableRow> {
  const extension = extname(path).toLowerCase()
  yield* extension === '.json' ? readList(path, name, columns) : readCsv(path, name, columns, extension === '.tsv')
}

async function* readCsv(
  path: string,
  name: string,
  columns: readonly string[],
  tabs: boolean,
): AsyncGenerator<TableRow> {
  const parser = parse({ columns: true, bom: true, skip_empty_lines: true, trim: true, delimiter: tabs ? '\t' : ',' })
  const input = createReadStream(path)
  input.on('error', (error) => parser.destroy(error))
  const rows = input.pipe(parser)
  let line = 1
  try {
    for await (const values of rows) {
      line++
      if (line === 2) mustHave(values as Record<string, string>, columns, name)
      yield { values: values as Record<string, string>, at: `${name} line ${line}` }
    }
  } catch (error) {
    if (error instanceof AnamnesisError) throw error
    throw new AnamnesisError('BAD_INPUT', `${name} cannot be read after line ${line}: ${(error as Error).message}`, {
      cause: error,
    })
  } finally {
    input.destroy()
  }
  if (line === 1) throw new AnamnesisError('BAD_INPUT', `${name} has no rows (expected ${columns.join(', ')}).`)
}

async function* readList(path: string, name: string, columns: readonly string[]): AsyncGenerator<TableRow> {
  let list: unknown
  try {
    list = JSON.parse(await readFile(path, 'utf8'))
  } catch (error) {
    throw new AnamnesisError('BAD_INPUT', `${name} is not JSON: ${(error as Error).message}`, { cause: error })
  }
  if (!Array.isArray(list) || list.length === 0) {
    throw new AnamnesisError('BAD_INPUT', `${name} is not a list of objects with ${columns.join(', ')}.`)
  }
  for (const [at, item] of list.entries()) {
    const entries = item !== null && typeof item === 'object' ? Object.entries(item as object) : []
    const values = Object.fromEntries(entries.map(([key, value]) => [key, String(value)]))
    mustHave(values, columns, `${name} entry ${at}`)
    yield { values, at: `${name} entry ${at}` }
  }
}

function mustHave(values: Record<string, string>, columns: readonly string[], name: string): void {
  const missing = columns.filter((column) => values[column] === undefined)
  if (missing.length === 0) return
  throw new AnamnesisError(
    'BAD_INPUT',
    `${name} has no column ${missing.join(', ')}; it has ${Object.keys(values).slice(0, 20).join(', ')}.`,
  )
}

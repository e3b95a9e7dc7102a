import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import { AnamnesisError } from '../contracts/index.ts'

/** @throws BAD_INPUT naming the file and the field */
export async function readJson<T extends z.ZodType>(path: string, schema: T): Promise<z.output<T>> {
  const text = await readFile(path, 'utf8')
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    throw new AnamnesisError('BAD_INPUT', `"${path}" is not valid JSON: ${(error as Error).message}`, { cause: error })
  }
  const parsed = schema.safeParse(value)
  if (!parsed.success) throw new AnamnesisError('BAD_INPUT', `"${path}" is wrong: ${z.prettifyError(parsed.error)}`)
  return parsed.data
}

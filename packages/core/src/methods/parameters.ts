import type { z } from 'zod'
import { AnamnesisError } from '../contracts/index.ts'

/**
 * Checks parameters against a schema and fills defaults.
 * @param owner for the message: 'method "l2"' @param path of the parameters in the run's settings
 * @throws BAD_PARAMETERS naming the field
 */
export function parseParameters<P extends z.ZodObject>(
  owner: string,
  path: string,
  schema: P,
  parameters: unknown,
): z.output<P> {
  const parsed = schema.safeParse(parameters)
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]!
  const unknown = issue.code === 'unrecognized_keys' ? issue.keys.slice(0, 1) : []
  const field = [path, ...issue.path, ...unknown].join('.')
  const known = Object.keys(schema.shape)
  const what =
    unknown.length > 0
      ? `does not exist; ${known.length === 0 ? 'there are no parameters' : `known are ${known.join(', ')}`}`
      : `is wrong: ${issue.message}`
  throw new AnamnesisError('BAD_PARAMETERS', `Parameter "${field}" of ${owner} ${what}.`, { field })
}

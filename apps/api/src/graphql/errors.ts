import { AnamnesisError, ERROR_CODES } from '@anamnesis/core/contracts'
import { GraphQLError, type GraphQLFormattedError } from 'graphql'
import type { Logger } from 'pino'

/** Codes that Apollo gives to documents and variables it cannot use. */
const BAD_INPUT_CODES = [
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'BAD_USER_INPUT',
  'BAD_REQUEST',
  'OPERATION_RESOLUTION_FAILURE',
  'PERSISTED_QUERY_NOT_SUPPORTED',
]

/**
 * An error as a client sees it: a code of the closed list and the request's id. What is not meant for clients is
 * logged with its cause and masked.
 */
export function presentError(error: unknown, requestId: string, log: Logger): GraphQLFormattedError {
  const original = error instanceof GraphQLError ? (error.originalError ?? error) : error
  const place = error instanceof GraphQLError ? { locations: error.locations, path: error.path } : {}
  if (original instanceof AnamnesisError) {
    if (original.code === 'INTERNAL') log.error({ requestId, err: original }, 'request failed')
    const { code, field } = original
    return {
      message: original.message,
      ...place,
      extensions: { code, ...(field === null ? {} : { field }), requestId },
    }
  }
  if (original instanceof GraphQLError) {
    const given = String(original.extensions.code ?? 'GRAPHQL_VALIDATION_FAILED')
    const code = BAD_INPUT_CODES.includes(given) ? 'BAD_INPUT' : given
    if ((ERROR_CODES as readonly string[]).includes(code) && code !== 'INTERNAL') {
      return { message: original.message, ...place, extensions: { code, requestId } }
    }
  }
  log.error({ requestId, err: original }, 'request failed')
  const message = `Something went wrong on the server. Its log says more under request ${requestId}.`
  return { message, ...place, extensions: { code: 'INTERNAL', requestId } }
}

/** The closed list of error codes. A new code is added here or nowhere. */
export const ERROR_CODES = [
  'BAD_INPUT', // a value does not fit its schema
  'UNKNOWN_SUITE',
  'UNKNOWN_TASK',
  'UNKNOWN_METHOD',
  'UNKNOWN_CORPUS',
  'UNKNOWN_MODEL',
  'UNKNOWN_STORE',
  'UNKNOWN_METRIC',
  'BAD_PARAMETERS', // method parameters do not fit the method's schema
  'NOT_FOUND',
  'NOT_ALLOWED',
  'CONFLICT', // an idempotency key was reused with other input, or a state does not allow the change
  'CORRUPT_IMAGE',
  'CORRUPT_ARCHIVE',
  'CORRUPT_WEIGHTS',
  'WRONG_LABEL',
  'MISSING_DATA',
  'ENCODER_MISMATCH', // a vector met a store of another encoder or dimension
  'TOO_LARGE',
  'DIVERGED', // a loss is not a finite number any more
  'DISK_FULL',
  'PORT_IN_USE',
  'ALREADY_RUNNING',
  'BACKEND_UNAVAILABLE',
  'STORE_UNAVAILABLE', // a vector store on a server does not answer
  'WORKER_LOST',
  'STOPPED',
  'TIMEOUT',
  'INTERNAL',
] as const
export type ErrorCode = (typeof ERROR_CODES)[number]

/** An error with a code of the closed list, a text for the user, and a cause for the log. */
export class AnamnesisError extends Error {
  readonly code: ErrorCode
  /** The input field that is at fault, as a path ("parameters.alpha"), when there is one. */
  readonly field: string | null

  /** @param message names the thing that is wrong and the way out; it is shown to the user as it is */
  constructor(code: ErrorCode, message: string, options: { field?: string; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'AnamnesisError'
    this.code = code
    this.field = options.field ?? null
  }
}

/** Wraps an unknown error once: coded errors pass, a full disk is named, anything else becomes INTERNAL with its cause. */
export function toAnamnesisError(error: unknown): AnamnesisError {
  if (error instanceof AnamnesisError) return error
  const code = (error as { code?: unknown } | null)?.code
  if (code === 'ENOSPC') {
    return new AnamnesisError(
      'DISK_FULL',
      'The disk is full. Free some space (or move ANAMNESIS_HOME) and try again.',
      {
        cause: error,
      },
    )
  }
  const message = error instanceof Error ? error.message : String(error)
  return new AnamnesisError('INTERNAL', message, { cause: error })
}

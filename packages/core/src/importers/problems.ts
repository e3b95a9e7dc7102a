import { AnamnesisError, type ErrorCode, toAnamnesisError } from '../contracts/index.ts'

/** A record that was left out: where it stands in the source, and why. */
export interface Problem {
  place: string
  code: ErrorCode
  reason: string
}

/** Codes that end an import whatever the limit: they say nothing about one record. */
const FATAL: readonly ErrorCode[] = ['DISK_FULL', 'STOPPED', 'ALREADY_RUNNING', 'INTERNAL']
const LISTED = 50

/** Keeps account of what an import leaves out, and ends it when that becomes too much. */
export class Problems {
  /** The first ones. */
  readonly first: Problem[] = []
  count = 0
  /** Pictures that captions name and that are not there; they have no limit. */
  missingImages = 0
  readonly firstMissing: string[] = []
  /** Records whose id was stored before with the same content. */
  repeated = 0

  /** @param limit more broken records than this end the import */
  constructor(readonly limit = 1000) {}

  /** Notes a broken record. @throws the error itself when it is not about one record; BAD_INPUT above the limit */
  add(place: string, error: unknown): void {
    const { code, message } = toAnamnesisError(error)
    if (FATAL.includes(code)) throw error
    this.count++
    if (this.first.length < LISTED) this.first.push({ place, code, reason: message })
    if (this.count <= this.limit) return
    throw new AnamnesisError(
      'BAD_INPUT',
      `More than ${this.limit} records are broken; the last: ${place}: ${message} Mend the source and run the import again (it goes on where it stopped), or allow more with --max-broken.`,
      { cause: error },
    )
  }

  missing(place: string): void {
    this.missingImages++
    if (this.firstMissing.length < LISTED) this.firstMissing.push(place)
  }
}

import { type FileHandle, open } from 'node:fs/promises'
import { AnamnesisError } from '../../contracts/index.ts'

/** Largest single read or write; the system calls stop at 2 GiB. */
const LARGEST_STEP = 2 ** 30

/** @param what completes "<path> cannot be used: ..." */
export function corrupt(path: string, what: string, cause?: unknown): AnamnesisError {
  return new AnamnesisError('CORRUPT_WEIGHTS', `${path} cannot be used: ${what}. Restore the file or fetch it again.`, {
    cause,
  })
}

/** @throws MISSING_DATA when there is no such file */
export async function openWeights(path: string): Promise<FileHandle> {
  return open(path, 'r').catch((cause: NodeJS.ErrnoException) => {
    if (cause.code !== 'ENOENT') throw cause
    throw new AnamnesisError('MISSING_DATA', `There is no weights file ${path}.`, { cause })
  })
}

/** Fills `into` from `position` on. @throws CORRUPT_WEIGHTS when the file ends before */
export async function readAll(file: FileHandle, into: Uint8Array, position: number, path: string): Promise<void> {
  for (let done = 0; done < into.length; ) {
    const step = Math.min(LARGEST_STEP, into.length - done)
    const { bytesRead } = await file.read(into, done, step, position + done)
    if (bytesRead === 0) throw corrupt(path, `it ends at byte ${position + done}`)
    done += bytesRead
  }
}

export async function writeAll(file: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    done += (await file.write(bytes, done, Math.min(LARGEST_STEP, bytes.length - done))).bytesWritten
  }
}

export const elements = (shape: readonly number[]) => shape.reduce((product, size) => product * size, 1)

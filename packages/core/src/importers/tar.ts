import { createReadStream } from 'node:fs'
import { basename } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import { extract } from 'tar-stream'
import { AnamnesisError } from '../contracts/index.ts'
import { isSafePath } from './safePath.ts'

export interface TarMember {
  name: string
  data: Uint8Array
}

/** A member that was passed over: its bytes begin at `offset` of the archive (of the unpacked one where it is compressed). */
export interface TarPlace {
  name: string
  size: number
  offset: number
}

type Taken = { member: TarMember } | { place: TarPlace }

const MAX_MEMBER_BYTES = 64 * 1024 * 1024

/** True for a name that readTar unpacks on the way. */
export function isCompressed(path: string): boolean {
  return /\.(tgz|gz)$/i.test(path)
}

/**
 * Lists the files of a tar (or tar.gz) without keeping any.
 * @throws as readTar
 */
export async function* listTar(path: string): AsyncGenerator<TarPlace> {
  for await (const taken of readEntries(path, Number.POSITIVE_INFINITY, () => false)) {
    if ('place' in taken) yield taken.place
  }
}

/**
 * Reads the files of a tar (or tar.gz) one after the other; holds one member at a time and never writes to the disk.
 * @throws CORRUPT_ARCHIVE for a truncated or damaged archive and for members that are links, devices, too large or named
 * outside the archive; MISSING_DATA when the file is not there
 */
export async function* readTar(path: string, maxMemberBytes = MAX_MEMBER_BYTES): AsyncGenerator<TarMember> {
  for await (const taken of readEntries(path, maxMemberBytes, () => true)) if ('member' in taken) yield taken.member
}

async function* readEntries(
  path: string,
  maxMemberBytes: number,
  wanted: (name: string) => boolean,
): AsyncGenerator<Taken> {
  const archive = basename(path)
  const entries = extract()
  let failure: unknown = null
  const feeding = (
    isCompressed(path)
      ? pipeline(createReadStream(path), createGunzip(), entries)
      : pipeline(createReadStream(path), entries)
  ).catch((error: unknown) => {
    failure = error
  })
  let last = 'the beginning'
  try {
    for await (const entry of entries) {
      const { name, type, size = 0 } = entry.header
      // Told by the library since version 3, not yet by its types.
      const { byteOffset: offset } = entry.header as typeof entry.header & { byteOffset: number }
      if (!isSafePath(name)) throw refused(archive, name, 'its name leads outside the archive')
      if (type === 'directory') {
        entry.resume()
        continue
      }
      if (type !== 'file') throw refused(archive, name, `it is a ${type}, only plain files are accepted`)
      if (size > maxMemberBytes) {
        throw refused(archive, name, `it has ${size} bytes, more than the limit of ${maxMemberBytes}`)
      }
      if (!wanted(name)) {
        entry.resume()
        last = `"${name}"`
        yield { place: { name, size, offset } }
        continue
      }
      const chunks: Uint8Array[] = []
      for await (const chunk of entry) chunks.push(chunk as Uint8Array)
      last = `"${name}"`
      yield { member: { name, data: Buffer.concat(chunks) } }
    }
    await feeding
    if (failure) throw failure
  } catch (error) {
    if (error instanceof AnamnesisError) throw error
    const cause = failure ?? error
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') {
      throw new AnamnesisError('MISSING_DATA', `"${path}" is not there. Check the path of the source folder.`, {
        cause,
      })
    }
    throw new AnamnesisError(
      'CORRUPT_ARCHIVE',
      `"${archive}" is truncated or damaged after ${last}. Fetch the file again; nothing was imported.`,
      { cause },
    )
  } finally {
    entries.destroy()
    await feeding
  }
}

function refused(archive: string, name: string, why: string): AnamnesisError {
  return new AnamnesisError(
    'CORRUPT_ARCHIVE',
    `"${archive}" is refused because of its member "${name}": ${why}. Nothing was imported.`,
  )
}

import { readdir, readFile, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { AnamnesisError } from '../contracts/index.ts'
import { isSafePath } from './safePath.ts'
import { isCompressed, readTar } from './tar.ts'
import { TarIndex } from './tarIndex.ts'

const EXTENSION = /\.(jpe?g|png|tiff?|gif|webp|bmp|eps|svg)$/i
/** Of several files of one name the first kind is taken: what needs no conversion comes first. */
const ORDER = ['.jpg', '.jpeg', '.png', '.webp', '.tif', '.tiff', '.gif']
/** A picture larger than this is not read. */
const MAX_BYTES = 64 * 1024 * 1024
/** Listings of folders that are kept. */
const KEPT_FOLDERS = 64

/** A place where pictures of articles lie. */
export interface Pictures extends AsyncDisposable {
  /** @param near folder of the article in its source, "" for the root @returns null when it is not there */
  find(address: string, near: string): Promise<Uint8Array | null>
}

/** True for names of pictures in archives and folders. */
export function isPicture(name: string): boolean {
  return EXTENSION.test(name)
}

/**
 * How a picture is looked for: the last part of its address, without a known extension, in lower case:
 * "info:doi/10.1371/journal.pone.0035142.g001" -> "journal.pone.0035142.g001", "Fig1.TIF" -> "fig1".
 */
function pictureName(address: string): string {
  return basename(address.replaceAll('\\', '/')).replace(EXTENSION, '').toLowerCase()
}

/** Pictures in a folder and the folders in it. Links are not followed. */
export class FolderPictures implements Pictures {
  private readonly listings = new Map<string, Promise<Map<string, string>>>()

  constructor(private readonly root: string) {}

  async find(address: string, near: string): Promise<Uint8Array | null> {
    for (const folder of new Set([near, join(near, 'images'), '', 'images'])) {
      const listing = await this.listing(folder)
      const name = listing.get(basename(address).toLowerCase()) ?? listing.get(pictureName(address))
      if (name === undefined) continue
      const path = join(this.root, folder, name)
      const { size } = await stat(path)
      if (size > MAX_BYTES) throw tooLarge(name, size)
      return readFile(path)
    }
    return null
  }

  private listing(folder: string): Promise<Map<string, string>> {
    const known = this.listings.get(folder)
    if (known) return known
    if (this.listings.size >= KEPT_FOLDERS) this.listings.delete(this.listings.keys().next().value!)
    const listing = readdir(join(this.root, folder), { withFileTypes: true }).then(
      (entries) => byName(entries.filter((entry) => entry.isFile()).map(({ name }) => name)),
      () => new Map<string, string>(),
    )
    this.listings.set(folder, listing)
    return listing
  }

  async [Symbol.asyncDispose](): Promise<void> {}
}

/** Pictures in a plain tar. Folders within it do not matter, unless two pictures have the same name. */
export class TarPictures implements Pictures {
  private readonly anywhere: Map<string, string>
  private readonly byFolder = new Map<string, string>()

  private constructor(private readonly index: TarIndex) {
    const names = [...index.names()].filter(isPicture)
    this.anywhere = byName(names)
    for (const name of names) this.byFolder.set(`${folderOf(name)}/${pictureName(name)}`, name)
  }

  /** @throws CORRUPT_ARCHIVE, MISSING_DATA, BAD_INPUT for a compressed one */
  static async open(path: string): Promise<TarPictures> {
    if (isCompressed(path)) {
      throw new AnamnesisError(
        'BAD_INPUT',
        `The pictures in "${path}" cannot be looked up because the archive is compressed. Unpack it to a folder or to a plain .tar.`,
      )
    }
    return new TarPictures(await TarIndex.open(path))
  }

  async find(address: string, near: string): Promise<Uint8Array | null> {
    const wanted = pictureName(address)
    const name =
      this.byFolder.get(`${near}/${wanted}`) ??
      this.anywhere.get(basename(address).toLowerCase()) ??
      this.anywhere.get(wanted)
    return name === undefined ? null : this.index.read(name)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.index[Symbol.asyncDispose]()
  }
}

/** Several places, asked one after the other. */
export class AnyPictures implements Pictures {
  constructor(private readonly places: readonly Pictures[]) {}

  async find(address: string, near: string): Promise<Uint8Array | null> {
    for (const place of this.places) {
      const found = await place.find(address, near)
      if (found) return found
    }
    return null
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const place of this.places) await place[Symbol.asyncDispose]()
  }
}

/** Opens a folder or a plain tar of pictures. @throws MISSING_DATA, CORRUPT_ARCHIVE, BAD_INPUT */
export async function openPictures(path: string): Promise<Pictures> {
  const found = await stat(path).catch((error: unknown) => {
    throw new AnamnesisError('MISSING_DATA', `The pictures are not there: "${path}".`, { cause: error })
  })
  return found.isDirectory() ? new FolderPictures(path) : TarPictures.open(path)
}

/** Pictures of one compressed archive that lie in memory. */
export class HeldPictures implements Pictures {
  private readonly held = new Map<string, Uint8Array>()

  /** @param maxBytes all pictures of the archive together @throws as readTar; TOO_LARGE */
  static async read(path: string, maxBytes: number): Promise<HeldPictures> {
    const pictures = new HeldPictures()
    let bytes = 0
    for await (const { name, data } of readTar(path)) {
      if (!isPicture(name) || !isSafePath(name)) continue
      bytes += data.length
      if (bytes > maxBytes) {
        throw new AnamnesisError(
          'TOO_LARGE',
          `"${basename(path)}" holds more than ${maxBytes} bytes of pictures. Unpack it to a folder or to a plain .tar and import that.`,
        )
      }
      const key = `${folderOf(name)}/${pictureName(name)}`
      pictures.held.set(key, data)
    }
    return pictures
  }

  async find(address: string, near: string): Promise<Uint8Array | null> {
    return this.held.get(`${near}/${pictureName(address)}`) ?? null
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.held.clear()
  }
}

/** Folder part of a name in an archive, "" for the root. */
export function folderOf(name: string): string {
  const slash = name.replace(/^\.\//, '').lastIndexOf('/')
  return slash === -1 ? '' : name.replace(/^\.\//, '').slice(0, slash)
}

/** Pictures by their file name and by it without the extension. */
function byName(names: readonly string[]): Map<string, string> {
  const found = new Map<string, string>()
  const rank = (name: string) => {
    const at = ORDER.findIndex((extension) => name.toLowerCase().endsWith(extension))
    return at === -1 ? ORDER.length : at
  }
  for (const name of names) {
    if (!isPicture(name)) continue
    const key = pictureName(name)
    const before = found.get(key)
    if (before === undefined || rank(name) < rank(before)) found.set(key, name)
    found.set(basename(name).toLowerCase(), name)
  }
  return found
}

function tooLarge(name: string, size: number): AnamnesisError {
  return new AnamnesisError('TOO_LARGE', `Image "${name}" has ${size} bytes; the limit is ${MAX_BYTES}.`)
}

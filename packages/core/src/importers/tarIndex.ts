import { type FileHandle, open } from 'node:fs/promises'
import { listTar, type TarPlace } from './tar.ts'

/** Random access to the files of a plain tar: their places are in memory, their bytes stay on the disk. */
export class TarIndex implements AsyncDisposable {
  private constructor(
    private readonly file: FileHandle,
    private readonly places: ReadonlyMap<string, TarPlace>,
  ) {}

  /** @throws CORRUPT_ARCHIVE, MISSING_DATA */
  static async open(path: string): Promise<TarIndex> {
    const places = new Map<string, TarPlace>()
    for await (const place of listTar(path)) places.set(place.name, place)
    return new TarIndex(await open(path, 'r'), places)
  }

  names(): Iterable<string> {
    return this.places.keys()
  }

  /** Bytes of a member, null when there is none of this name. */
  async read(name: string): Promise<Uint8Array | null> {
    const place = this.places.get(name)
    if (!place) return null
    const bytes = Buffer.allocUnsafeSlow(place.size)
    for (let done = 0; done < bytes.length; ) {
      const { bytesRead } = await this.file.read(bytes, done, bytes.length - done, place.offset + done)
      if (bytesRead === 0) break
      done += bytesRead
    }
    return bytes
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.file.close()
  }
}

import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { readdir, readFile, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { AnamnesisError } from '../../contracts/index.ts'
import { type ChosenFiles, chooseFiles, isUsualName } from './choose.ts'

const LARGEST_JSON = 2 ** 26

/** A checkpoint on disk; names are those of files in `folder`. */
export interface Located extends ChosenFiles {
  folder: string
}

/**
 * Finds the files of a checkpoint. Of a single file only those beside it are taken that its own name belongs to: in a
 * folder of many models the config of another would be wrong.
 * @throws MISSING_DATA when there is nothing at `path`; BAD_INPUT when it holds no weights
 */
export async function locate(path: string): Promise<Located> {
  const found = await stat(path).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code !== 'ENOENT' && cause.code !== 'ENOTDIR') throw cause
    throw new AnamnesisError('MISSING_DATA', `There is no file or folder ${path}.`, { cause })
  })
  if (found.isDirectory()) return { folder: path, ...chooseFiles(await readdir(path), path) }
  const [folder, weights] = [dirname(path), basename(path)]
  if (!isUsualName(weights)) return { folder, weights, configs: [], preprocessor: null, tokenizer: [] }
  return { folder, ...chooseFiles(await readdir(folder), folder), weights }
}

/** @throws CORRUPT_WEIGHTS when it is not JSON, or far too large for what it is */
export async function readJsonFile(folder: string, name: string): Promise<unknown> {
  const path = join(folder, name)
  const { size } = await stat(path)
  if (size > LARGEST_JSON)
    throw new AnamnesisError('CORRUPT_WEIGHTS', `${path} has ${size} bytes, too many for its kind.`)
  try {
    return JSON.parse(await readFile(path, 'utf8'))
  } catch (cause) {
    throw new AnamnesisError('CORRUPT_WEIGHTS', `${path} is not JSON. Restore the file or fetch it again.`, { cause })
  }
}

/** SHA-256 of a file, hex. @param onBytes is told the bytes done so far */
export async function fileSha256(path: string, onBytes?: (done: number) => void): Promise<string> {
  const hash = createHash('sha256')
  let done = 0
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) {
    hash.update(chunk as Buffer)
    done += (chunk as Buffer).length
    onBytes?.(done)
  }
  return hash.digest('hex')
}

import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { z } from 'zod'
import { SafetensorsReader } from '../safetensors.ts'
import { corrupt, openWeights } from './bytes.ts'
import type { TensorSource } from './source.ts'
import { TorchArchive } from './torchArchive.ts'

const LARGEST_INDEX = 2 ** 26
const MOST_PARTS = 1000

/** A file name without a folder: parts of a checkpoint lie beside their index. */
const partName = z.string().regex(/^[A-Za-z0-9_][\w.-]*$/)
const shardIndex = z.object({ weight_map: z.record(z.string(), partName) })

/**
 * Opens a weights file of any supported format, told apart by its first bytes: safetensors, a file of torch.save, or the
 * index of a checkpoint in parts ("model.safetensors.index.json").
 * @throws CORRUPT_WEIGHTS naming what is wrong; MISSING_DATA when a file is absent
 */
export async function openTensors(path: string): Promise<TensorSource> {
  if (path.endsWith('.index.json')) return openParts(path)
  const start = await firstBytes(path)
  if (start.toString('latin1', 0, 4) === 'PK\u0003\u0004') return TorchArchive.open(path)
  if (start.toString('utf8').startsWith('version https://git-lfs')) {
    throw corrupt(path, 'it is a Git LFS pointer, not the weights (run "git lfs pull" where it was cloned)')
  }
  if (start[0] === 0x80 && start[1]! <= 5) {
    throw corrupt(
      path,
      'it is in the format that PyTorch wrote before 1.6; load it with torch.load(..., weights_only=True) and save it again',
    )
  }
  return openSafetensors(path)
}

async function openSafetensors(path: string): Promise<TensorSource> {
  const reader = await SafetensorsReader.open(path)
  return {
    name: path,
    tensors: reader.tensors,
    read: async (name) => {
      const values = await reader.read(name)
      if (values instanceof Float32Array) return values
      throw corrupt(path, `tensor "${name}" is ${reader.tensors.get(name)?.type}, not weights`)
    },
    [Symbol.asyncDispose]: () => reader[Symbol.asyncDispose](),
  }
}

async function openParts(path: string): Promise<TensorSource> {
  const parts = new Map<string, TensorSource>()
  const close = async () => {
    for (const part of parts.values()) await part[Symbol.asyncDispose]()
  }
  try {
    const places = await readIndex(path)
    for (const name of new Set(places.values())) parts.set(name, await openTensors(join(dirname(path), name)))
    const tensors = new Map<string, ReturnType<TensorSource['tensors']['get']> & object>()
    for (const [name, place] of places) {
      const tensor = parts.get(place)!.tensors.get(name)
      if (!tensor) throw corrupt(path, `tensor "${name}" is missing in ${place}`)
      tensors.set(name, tensor)
    }
    return {
      name: path,
      tensors,
      read: (name) => {
        const place = places.get(name)
        if (place === undefined) throw corrupt(path, `tensor "${name}" is missing`)
        return parts.get(place)!.read(name)
      },
      [Symbol.asyncDispose]: close,
    }
  } catch (error) {
    await close()
    throw error
  }
}

/** Files that an index of a checkpoint in parts names, relative to it. @throws CORRUPT_WEIGHTS, MISSING_DATA */
export async function checkpointParts(path: string): Promise<string[]> {
  return [...new Set((await readIndex(path)).values())]
}

async function readIndex(path: string): Promise<Map<string, string>> {
  {
    await using file = await openWeights(path)
    if ((await file.stat()).size > LARGEST_INDEX) throw corrupt(path, 'it is too large for an index')
  }
  let raw: unknown
  try {
    raw = JSON.parse(await readFile(path, 'utf8'))
  } catch (cause) {
    throw corrupt(path, 'it is not JSON', cause)
  }
  const parsed = shardIndex.safeParse(raw)
  if (!parsed.success) throw corrupt(path, 'it has no "weight_map" from tensors to files beside it')
  const places = new Map(Object.entries(parsed.data.weight_map))
  if (new Set(places.values()).size > MOST_PARTS) throw corrupt(path, `it names more than ${MOST_PARTS} files`)
  return places
}

async function firstBytes(path: string): Promise<Buffer> {
  await using file = await openWeights(path)
  const { buffer, bytesRead } = await file.read({ buffer: Buffer.alloc(32), position: 0 })
  return buffer.subarray(0, bytesRead)
}

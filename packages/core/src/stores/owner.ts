import { mkdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { AnamnesisError } from '../contracts/index.ts'
import { writeWhole } from './writeWhole.ts'

/** Of the rows on disk; 2: figures have article, journal, year and retraction. */
const FORMAT = 2

const owner = z.object({ format: z.number().int(), kind: z.string(), encoderId: z.string(), dim: z.number().int() })

/**
 * Marks the folder as the index of one encoder in one kind of store, or checks the mark that is there.
 * @throws ENCODER_MISMATCH the folder holds another encoder's vectors @throws MISSING_DATA the mark cannot be read
 */
export async function claimFolder(
  folder: string,
  wanted: { kind: string; encoderId: string; dim: number },
): Promise<void> {
  await mkdir(folder, { recursive: true })
  const path = join(folder, 'store.json')
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null
    throw error
  })
  if (text === null) {
    await writeWhole(path, JSON.stringify({ format: FORMAT, ...wanted }))
    return
  }
  let found: z.infer<typeof owner>
  try {
    found = owner.parse(JSON.parse(text))
  } catch (cause) {
    throw new AnamnesisError('MISSING_DATA', `${path} is damaged. Delete the folder ${folder} and index again.`, {
      cause,
    })
  }
  if (found.format < FORMAT) {
    // An index can be made again from its corpus at any time: one of an older format makes room for it.
    await rm(folder, { recursive: true, force: true })
    return claimFolder(folder, wanted)
  }
  if (found.format > FORMAT) {
    throw new AnamnesisError(
      'CONFLICT',
      `The index in ${folder} was made by a newer version of this product (format ${found.format}). Use that version, or delete the folder and index again.`,
    )
  }
  if (found.kind !== wanted.kind) {
    throw new AnamnesisError(
      'CONFLICT',
      `The folder ${folder} holds an index of the store "${found.kind}", not "${wanted.kind}". Use another folder.`,
    )
  }
  if (found.encoderId !== wanted.encoderId || found.dim !== wanted.dim) {
    throw new AnamnesisError(
      'ENCODER_MISMATCH',
      `The index in ${folder} was made by encoder ${found.encoderId} (${found.dim} dimensions), not by ${wanted.encoderId} (${wanted.dim}). Use another folder or delete it and index again.`,
    )
  }
}

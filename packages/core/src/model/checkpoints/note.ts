import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'

/** File of a model folder that says where the model came from. */
const NOTE_FILE = 'source.json'

const sourceNote = z.object({
  /** Path or address that it was imported from. */
  source: z.string(),
  /** Id of the layout. */
  layout: z.string(),
  importedAt: z.string(),
  /** Names that open_clip knows the towers by. */
  imageModel: z.string().optional(),
  textModel: z.string().optional(),
})
export type SourceNote = z.infer<typeof sourceNote>

export async function writeNote(folder: string, note: SourceNote): Promise<void> {
  await writeFile(join(folder, NOTE_FILE), `${JSON.stringify(note, null, 1)}\n`)
}

/** @returns null for a model that was not imported, or whose note is damaged: nothing depends on it */
export async function readNote(folder: string): Promise<SourceNote | null> {
  const text = await readFile(join(folder, NOTE_FILE), 'utf8').catch(() => null)
  if (text === null) return null
  try {
    return sourceNote.safeParse(JSON.parse(text)).data ?? null
  } catch {
    return null
  }
}

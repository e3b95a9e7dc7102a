import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { AnamnesisError, type ModelConfig, type OnProgress } from '../../contracts/index.ts'
import { publishFolder } from '../../importers/publish.ts'
import { readModelInfo, readModelTokenizer, WEIGHTS_FILE } from '../folder.ts'
import { writeSafetensors } from '../safetensors.ts'
import type { Tokenizer } from '../tokenizers/tokenizer.ts'
import { theirTensors } from './convert.ts'
import { huggingFaceFiles } from './exportHuggingFace.ts'
import { openClipFiles } from './exportOpenClip.ts'
import { huggingFace } from './huggingFace.ts'
import type { Layout, ReferenceNames } from './layout.ts'
import { readNote } from './note.ts'
import { openTensors } from './open.ts'
import { openClip } from './openClip.ts'
import { counted } from './progress.ts'

/** Content by name: text as it is, anything else as JSON. */
export type ExportFiles = Record<string, unknown>

export interface ExportNames extends ReferenceNames {
  /** Where the files will be. */
  folder: string
}

interface ExportLayout {
  layout: Layout
  weights: string
  files(config: ModelConfig, tokenizer: Tokenizer, names: ExportNames): ExportFiles
}

/** Layouts that can be written, by id. */
const exportLayouts: Record<string, ExportLayout> = {
  [openClip.id]: { layout: openClip, weights: 'open_clip_model.safetensors', files: openClipFiles },
  [huggingFace.id]: { layout: huggingFace, weights: 'model.safetensors', files: huggingFaceFiles },
}

/** Ids of the layouts that `exportCheckpoint` writes. */
export const EXPORT_LAYOUTS: readonly string[] = Object.keys(exportLayouts)

export interface ExportRequest {
  /** Model folder. */
  folder: string
  /** One of EXPORT_LAYOUTS. */
  layout: string
  /** Folder that is made. */
  target: string
  /** Name or path that open_clip shall find the architecture of a BERT text tower by; default the imported one. */
  textModel?: string
  onProgress?: OnProgress
}

/**
 * Writes a model in the layout of another library: weights, config, preprocessing and tokenizer. The folder appears when
 * it is complete. open_clip loads it as "local-dir:<target>", transformers by its path.
 * @throws BAD_INPUT for an unknown layout or one that cannot express the model; CONFLICT when the folder holds something
 */
export async function exportCheckpoint(request: ExportRequest): Promise<string[]> {
  const chosen = exportLayouts[request.layout]
  if (!chosen) {
    throw new AnamnesisError(
      'BAD_INPUT',
      `There is no layout "${request.layout}". Known: ${EXPORT_LAYOUTS.join(', ')}.`,
      {
        field: 'layout',
      },
    )
  }
  const target = resolve(request.target)
  const there = await readdir(target).catch(() => [])
  if (there.length > 0) {
    throw new AnamnesisError('CONFLICT', `${target} is not empty. Name a new folder.`, { field: 'target' })
  }
  const { config } = await readModelInfo(request.folder)
  const note = await readNote(request.folder)
  const textModel = request.textModel ?? note?.textModel
  const names = {
    folder: target,
    ...(note?.imageModel ? { imageModel: note.imageModel } : {}),
    ...(textModel ? { textModel } : {}),
  }
  const files = chosen.files(config, await readModelTokenizer(request.folder), names)
  await using source = await openTensors(join(request.folder, WEIGHTS_FILE))
  const tensors = theirTensors(chosen.layout.rules(config, new Map()), config, source)
  return await publishFolder(target, async (partial) => {
    const weights = counted(tensors, chosen.weights, request.onProgress)
    await writeSafetensors(join(partial, chosen.weights), weights, { format: 'pt' }) // transformers insists on the mark
    for (const [name, content] of Object.entries(files)) {
      await mkdir(dirname(join(partial, name)), { recursive: true })
      const text = typeof content === 'string' ? content : `${JSON.stringify(content, null, 2)}\n`
      await writeFile(join(partial, name), text)
    }
    return [chosen.weights, ...Object.keys(files)]
  })
}

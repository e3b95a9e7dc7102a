import { AnamnesisError } from '../contracts/index.ts'
import { captionsCsv } from './captionsCsv.ts'
import { figurePack } from './figurePack.ts'
import { imageFolder } from './imageFolder.ts'
import { type ImporterDefinition, mustExist } from './importer.ts'
import { jats } from './jats/importer.ts'
import { captionJsonl } from './jsonl/importer.ts'
import { medMnistImporters } from './medmnist/importer.ts'
import { naturalImageImporters } from './naturalImages.ts'
import { packTask } from './packTask.ts'
import { asImporter } from './public/importer.ts'
import { publicDatasets } from './public/registry.ts'
import { webdataset } from './webdataset/importer.ts'

/** What reads figures with captions; `literature` asks each whether it knows the path. */
const literatureImporters: readonly ImporterDefinition[] = [jats, captionJsonl, webdataset, captionsCsv, figurePack]

export const importers: readonly ImporterDefinition[] = [
  packTask,
  imageFolder,
  ...literatureImporters,
  ...publicDatasets.map(asImporter),
  ...medMnistImporters,
  ...naturalImageImporters,
]

/** @throws NOT_FOUND listing what there is */
export function findImporter(id: string): ImporterDefinition {
  const found = importers.find((importer) => importer.id === id)
  if (found) return found
  throw new AnamnesisError(
    'NOT_FOUND',
    `There is no importer "${id}". Known: ${importers.map((known) => known.id).join(', ')}.`,
  )
}

/**
 * The importer of literature that knows this file or folder best.
 * @throws BAD_INPUT listing what would be known, MISSING_DATA when nothing is there
 */
export async function recogniseLiterature(path: string): Promise<ImporterDefinition> {
  await mustExist(path, 'The literature')
  let best: { importer: ImporterDefinition; sure: number } | null = null
  for (const importer of literatureImporters) {
    const sure = (await importer.recognises?.(path)) ?? 0
    if (sure > (best?.sure ?? 0)) best = { importer, sure }
  }
  if (best) return best.importer
  throw new AnamnesisError(
    'BAD_INPUT',
    `"${path}" is no literature that is known here. Known: ${literatureImporters.map(({ id, summary }) => `${id} (${summary})`).join('; ')}`,
  )
}

import { AnamnesisError } from '../contracts/index.ts'
import { captionsCsv } from './captionsCsv.ts'
import { figurePack } from './figurePack.ts'
import { imageFolder } from './imageFolder.ts'
import type { ImporterDefinition } from './importer.ts'
import { medMnistImporters } from './medmnist/importer.ts'
import { naturalImageImporters } from './naturalImages.ts'
import { packTask } from './packTask.ts'
import { asImporter } from './public/importer.ts'
import { publicDatasets } from './public/registry.ts'

export const importers: readonly ImporterDefinition[] = [
  packTask,
  figurePack,
  imageFolder,
  captionsCsv,
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

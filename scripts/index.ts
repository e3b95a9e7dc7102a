/**
 * `npm run index -- <corpus> [--model <id>] [--store <id>]`
 *
 * Embeds an imported corpus with a base model, so that it can be searched. Goes on where it was stopped, and does nothing
 * when the index is complete.
 */

import { existsSync } from 'node:fs'
import { cp } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { AnamnesisError, toAnamnesisError } from '@anamnesis/core/contracts'
import { corpusFolder } from '@anamnesis/core/importers'
import { storeById } from '@anamnesis/core/stores'
import { ensureIndex } from '../apps/api/src/jobs/ensureIndex.ts'
import { INDEX_STORE } from '../apps/api/src/jobs/trainingRequest.ts'
import { Catalog } from '../apps/api/src/services/catalog.ts'
import { indexRoot, modelFolder, shippedModels } from '../apps/api/src/services/folders.ts'
import { root } from './tools.ts'

const USAGE = `usage: npm run index -- <corpus> [options]
  --model <id>     base model that embeds (default: the one that searches of this corpus use)
  --store <id>     vector store (default: ${INDEX_STORE})
  --home <folder>  folder of all state (default: ANAMNESIS_HOME or .anamnesis)`

function readOptions() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        model: { type: 'string' },
        store: { type: 'string', default: INDEX_STORE },
        home: { type: 'string' },
        help: { type: 'boolean', default: false },
      },
    })
  } catch (error) {
    throw new AnamnesisError('BAD_INPUT', `${(error as Error).message}\n\n${USAGE}`, { cause: error })
  }
}

async function main(): Promise<void> {
  const { values, positionals } = readOptions()
  if (values.help) return console.log(USAGE)
  const [corpusId, ...rest] = positionals
  if (!corpusId || rest.length > 0) throw new AnamnesisError('BAD_INPUT', `Name one corpus.\n\n${USAGE}`)
  const home = resolve(root, values.home ?? (process.env.ANAMNESIS_HOME || '.anamnesis'))
  await using catalog = new Catalog(home)
  await catalog.corpusInfo(corpusId)
  const modelId = values.model ?? (await catalog.modelOf(corpusId).catch(() => SHIPPED))
  const model = modelFolder(home, modelId)
  if (!existsSync(model) && existsSync(join(shippedModels, modelId))) {
    await cp(join(shippedModels, modelId), model, { recursive: true })
  }
  let stopped = false
  process.once('SIGINT', () => {
    stopped = true
  })
  const needs = {
    corpusFolder: corpusFolder(home, corpusId),
    indexFolder: indexRoot(home),
    modelFolder: model,
    store: storeById(values.store).id,
    backend: 'onnx' as const,
  }
  await ensureIndex(
    needs,
    (text) => console.log(text),
    () => stopped,
  )
  console.log(`corpus ${corpusId} can be searched with model ${modelId}`)
}

/** Comes with the product. */
const SHIPPED = 'tiny-phantom'

await main().catch((error: unknown) => {
  console.error(toAnamnesisError(error).message)
  process.exitCode = 1
})

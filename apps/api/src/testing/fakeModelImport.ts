/** Stands in for the import process in tests: the name of what is imported decides how it goes. */
import { cp, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import type { FromModelImport, ModelImportRequest } from '../jobs/importModelProtocol.ts'
import { shippedModels } from '../services/folders.ts'

const request = JSON.parse(process.argv[2]!) as ModelImportRequest
const tell = (message: FromModelImport) => new Promise<void>((resolve) => process.send!(message, () => resolve()))
const name = basename(request.path)

await tell({ type: 'progress', progress: { what: 'tensors', done: 3, total: 10 } })
if (name === 'crash.bin') process.exit(7)
if (name === 'bad.bin') await tell({ type: 'failed', code: 'CORRUPT_WEIGHTS', message: 'bad.bin is no checkpoint.' })
else {
  const folder = join(request.targetRoot, request.id)
  await cp(join(shippedModels, 'tiny-phantom'), folder, { recursive: true })
  await writeFile(join(folder, 'asked.json'), JSON.stringify(request))
  const config = join(folder, 'model.json')
  await writeFile(
    config,
    JSON.stringify({ ...(await import(config, { with: { type: 'json' } })).default, id: request.id }),
  )
  await tell({ type: 'done', encoderId: request.id })
}
process.exit()

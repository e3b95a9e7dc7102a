/**
 * The process that imports one checkpoint: a broken or hostile file can take only it down. It leaves either a complete
 * model folder or nothing, and ends with its server.
 */
import { toAnamnesisError } from '@anamnesis/core/contracts'
import { importCheckpoint } from '@anamnesis/core/model'
import type { FromModelImport, ModelImportRequest } from './importModelProtocol.ts'

const TELL_MS = 200

const { path, source, id, activation, tokenizer, targetRoot } = JSON.parse(
  process.argv[2] ?? '{}',
) as ModelImportRequest
const tell = (message: FromModelImport) => new Promise<void>((resolve) => process.send!(message, () => resolve()))

process.on('disconnect', () => process.exit(1))
process.on('SIGINT', () => undefined)
let last = 0
try {
  const { encoderId } = await importCheckpoint({
    source: path,
    origin: source,
    id,
    targetRoot,
    ...(activation ? { activation } : {}),
    ...(tokenizer ? { tokenizer } : {}),
    onProgress: (progress) => {
      if (Date.now() - last < TELL_MS) return
      last = Date.now()
      void tell({ type: 'progress', progress })
    },
  })
  await tell({ type: 'done', encoderId })
} catch (error) {
  const known = toAnamnesisError(error)
  if (known.code === 'INTERNAL') console.error(error)
  // Users know the file by the name they gave it.
  await tell({ type: 'failed', code: known.code, message: known.message.replaceAll(path, source) })
}
process.exit()

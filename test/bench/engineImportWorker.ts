// Imports a checkpoint once, loads the model into the engine, and answers with times and memory as JSON.
import { loadBackend } from '@anamnesis/core/backend'
import { importCheckpoint, loadModel } from '@anamnesis/core/model'

const [checkpoint, targetRoot, id] = process.argv.slice(2) as [string, string, string]
await loadBackend()
const startBytes = process.memoryUsage.rss()
const started = performance.now()
const { folder } = await importCheckpoint({ source: checkpoint, id, targetRoot, activation: 'quickGelu' })
const imported = performance.now()
const { model } = await loadModel(folder)
const loaded = performance.now()
const answer = {
  importSeconds: (imported - started) / 1000,
  loadSeconds: (loaded - imported) / 1000,
  peakBytes: process.resourceUsage().maxRSS * 1024,
  startBytes,
}
model.dispose()
process.stdout.write(JSON.stringify(answer))

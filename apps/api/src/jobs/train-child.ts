/**
 * The training process: gets one request, tells everything in messages, ends. It knows no database. When its worker
 * is gone it ends at once: nobody would store what it does.
 */
import { AnamnesisError, toAnamnesisError } from '@anamnesis/core/contracts'
import { runTraining, type TrainingRequest } from '@anamnesis/core/train'
import { ensureIndex } from './ensureIndex.ts'
import type { FromTraining, ToTraining } from './protocol.ts'
import { provenanceOf } from './provenance.ts'

let stopRequested = false

/** Resolves when the message is handed over, so that a fast run cannot fill the memory with messages. */
function tell(message: FromTraining): Promise<void> {
  return new Promise((resolve, reject) => {
    process.send!(message, (error: Error | null) => (error ? reject(error) : resolve()))
  })
}

async function work(request: TrainingRequest): Promise<FromTraining> {
  try {
    const log = (text: string) => tell({ type: 'event', event: { type: 'log', payload: { level: 'info', text } } })
    await ensureIndex(request, log, () => stopRequested)
    await tell({ type: 'provenance', provenance: await provenanceOf(request) })
    await runTraining(request, {
      emit: (event) => tell({ type: 'event', event }),
      stopRequested: () => stopRequested,
    })
    return { type: 'ended', outcome: 'succeeded' }
  } catch (error) {
    const known = toAnamnesisError(error)
    if (known.code === 'STOPPED') return { type: 'ended', outcome: 'stopped' }
    if (known.code === 'INTERNAL' && !(error instanceof AnamnesisError)) console.error(error)
    return { type: 'failed', code: known.code, message: known.message }
  }
}

process.on('message', (message: ToTraining) => {
  if (message.type === 'stop') {
    stopRequested = true
    return
  }
  void work(message.request)
    .then(tell)
    .catch((error) => console.error(error))
    .finally(() => process.exit())
})
process.on('disconnect', () => process.exit(1))
// Signals of the terminal are the worker's to hear.
process.on('SIGINT', () => undefined)

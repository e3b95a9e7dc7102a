// The exact layer in a process of its own, so that its memory is its own.
import { spawn } from 'node:child_process'
import { json } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import type { StoreFilter } from '@anamnesis/core/stores'

export interface ExactJob {
  store: string
  folder: string
  /** Of the index on a server. */
  name?: string
  encoderId: string
  dim: number
  size: number
  /** The first questions of the synthetic index. */
  questions: number
  k: number
  filter?: StoreFilter
}

export interface ExactAnswer {
  /** Time of the search, the store being open and the engine loaded. */
  seconds: number
  /** Highest memory of the whole process. */
  memoryGb: number
  /** Per question the k-th best score. */
  worst: number[]
}

export async function exactInWorker(job: ExactJob): Promise<ExactAnswer> {
  const script = fileURLToPath(new URL('./retrievalExact.ts', import.meta.url))
  const child = spawn(process.execPath, ['--import', 'tsx', script, JSON.stringify(job)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  return (await json(child.stdout)) as ExactAnswer
}

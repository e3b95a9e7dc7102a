import type { RunEvent } from './liveRun.ts'

export interface LedgerWindow {
  seq: number
  task: number
  fromStep: number
  toStep: number
  sampled: boolean
  figures: { figureId: string; bag: string; rank: number; draws: number }[]
}

/** A ledger.written event as it is drawn, most drawn figures first; null when the payload is not one. */
export function ledgerWindow(event: RunEvent): LedgerWindow | null {
  const payload = event.payload as Partial<LedgerWindow> | null
  if (event.type !== 'ledger.written' || typeof payload !== 'object' || !Array.isArray(payload?.figures)) return null
  const { task = 0, fromStep = 0, toStep = 0, sampled = false, figures } = payload
  return {
    seq: event.seq,
    task,
    fromStep,
    toStep,
    sampled,
    figures: [...figures].sort((a, b) => b.draws - a.draws || a.rank - b.rank),
  }
}

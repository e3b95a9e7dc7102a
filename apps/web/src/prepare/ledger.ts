import type { RunEvent } from './liveRun.ts'

export interface LedgerWindow {
  seq: number
  task: number
  fromStep: number
  toStep: number
  sampled: boolean
  figures: LedgerFigure[]
}

interface LedgerFigure {
  figureId: string
  bag: string
  rank: number
  draws: number
  /** Share of all draws of the window, in (0, 1]; null where it is not known. */
  share: number | null
  /** "caption 0.512, image 0.301" */
  scores: string
}

interface Told {
  task?: number
  fromStep?: number
  toStep?: number
  sampled?: boolean
  draws?: number | null
  figures?: {
    figureId: string
    bag: string
    rank: number
    draws: number
    dense?: number | null
    visual?: number | null
    lexical?: number | null
  }[]
}

/** A ledger.written event as it is drawn, most drawn figures first; null when the payload is not one. */
export function ledgerWindow(event: RunEvent): LedgerWindow | null {
  const payload = event.payload as Told | null
  if (event.type !== 'ledger.written' || typeof payload !== 'object' || !Array.isArray(payload?.figures)) return null
  const { task = 0, fromStep = 0, toStep = 0, sampled = false, figures } = payload
  const listed = figures.reduce((sum, { draws }) => sum + draws, 0)
  const all = payload.draws ?? (sampled ? null : listed)
  return {
    seq: event.seq,
    task,
    fromStep,
    toStep,
    sampled,
    figures: figures
      .map(({ figureId, bag, rank, draws, dense, visual, lexical }) => ({
        ...{ figureId, bag, rank, draws },
        share: all ? draws / all : null,
        scores: [score('caption', dense), score('image', visual), score('BM25', lexical)].filter(Boolean).join(', '),
      }))
      .sort((a, b) => b.draws - a.draws || a.rank - b.rank),
  }
}

function score(name: string, value: number | null | undefined): string {
  return value === null || value === undefined ? '' : `${name} ${value.toFixed(3)}`
}

import type { RunEvent } from '@anamnesis/core/contracts'
import type { Prisma, RunRow, Transaction } from '../db/client.ts'
import { suiteOrNull } from '../services/catalog.ts'

type Row = Prisma.GuidedFigureCreateManyInput

/** The corpus that guides a run: as it was recorded when the run began, otherwise that of its suite. */
export function corpusOfRun({ provenance, suite }: Pick<RunRow, 'provenance' | 'suite'>): string {
  const { corpus } = provenance as { corpus?: { id?: unknown } | null }
  return typeof corpus?.id === 'string' ? corpus.id : (suiteOrNull(suite)?.corpusId ?? '')
}

/** The rows of a ledger.written event, one a figure and bag; none for any other event. */
function guidedFigures(event: RunEvent, corpus: string): Row[] {
  if (event.type !== 'ledger.written') return []
  const { task, fromStep, toStep, figures } = event.payload
  const all = event.payload.draws ?? figures.reduce((sum, { draws }) => sum + draws, 0)
  const rows = new Map<string, Row>()
  for (const { figureId, bag, rank, draws, dense, visual, lexical } of figures) {
    const before = rows.get(`${bag} ${figureId}`)
    const total = draws + (before?.draws ?? 0)
    rows.set(`${bag} ${figureId}`, {
      ...{ runId: event.runId, seq: event.seq, figureId, bag, corpus, task, fromStep, toStep },
      rank: Math.min(rank, before?.rank ?? rank),
      draws: total,
      weight: total / Math.max(1, all),
      // Events of earlier versions have no scores.
      ...{ dense: dense ?? null, visual: visual ?? null, lexical: lexical ?? null },
    })
  }
  return [...rows.values()]
}

/** Brings the ledger up to date. Steps that are told again after a loss replace those of the earlier attempt. */
export async function storeGuidance(tx: Transaction, run: RunRow, events: readonly RunEvent[]): Promise<void> {
  for (const event of events) {
    if (event.type !== 'ledger.written') continue
    await tx.guidedFigure.deleteMany({ where: { runId: run.id, toStep: { gte: event.payload.fromStep } } })
    await tx.guidedFigure.createMany({ data: guidedFigures(event, corpusOfRun(run)) })
  }
}

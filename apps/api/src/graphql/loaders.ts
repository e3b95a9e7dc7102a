import type { EventType } from '@anamnesis/core/contracts'
import DataLoader from 'dataloader'
import type { Database, LiteratureRecallRow, MatrixCellRow, RunEventRow, RunRow } from '../db/client.ts'
import { guidedRunCounts } from '../services/ledger.ts'

/** A figure of a corpus. */
interface FigureKey {
  corpus: string
  figureId: string
}

/** Reads in batches, one set a request: a list of runs costs as many statements as one run. */
export interface Loaders {
  run: DataLoader<string, RunRow | null>
  cells: DataLoader<string, MatrixCellRow[]>
  metrics: DataLoader<string, Map<string, number | null>>
  references: DataLoader<string, RunEventRow[]>
  checkpoints: DataLoader<string, RunEventRow[]>
  /** Number of runs that start from a base model, by its key. */
  runsOfModel: DataLoader<string, number>
  /** Number of runs that a figure guided. */
  guidedRunCount: DataLoader<FigureKey, number, string>
  /** The newest recall in force of a figure. */
  recallOfFigure: DataLoader<FigureKey, LiteratureRecallRow | null, string>
  /** Number of figures of a recall, by its row id. */
  figuresOfRecall: DataLoader<string, number>
}

export function makeLoaders(db: Database): Loaders {
  const eventsOf = (type: EventType) =>
    new DataLoader<string, RunEventRow[]>(async (ids) => {
      const rows = await db.runEvent.findMany({ where: { runId: { in: [...ids] }, type }, orderBy: { seq: 'asc' } })
      const groups = Map.groupBy(rows, (row) => row.runId)
      return ids.map((id) => groups.get(id) ?? [])
    })
  return {
    run: new DataLoader(async (ids) => {
      const rows = await db.run.findMany({ where: { id: { in: [...ids] } } })
      const byId = new Map(rows.map((row) => [row.id, row]))
      return ids.map((id) => byId.get(id) ?? null)
    }),
    cells: new DataLoader(async (ids) => {
      const rows = await db.matrixCell.findMany({
        where: { runId: { in: [...ids] } },
        orderBy: [{ row: 'asc' }, { column: 'asc' }],
      })
      const groups = Map.groupBy(rows, (row) => row.runId)
      return ids.map((id) => groups.get(id) ?? [])
    }),
    metrics: new DataLoader(async (ids) => {
      const rows = await db.runMetric.findMany({ where: { runId: { in: [...ids] } } })
      const groups = Map.groupBy(rows, (row) => row.runId)
      return ids.map((id) => new Map((groups.get(id) ?? []).map(({ key, value }) => [key, value])))
    }),
    references: eventsOf('reference.built'),
    checkpoints: eventsOf('checkpoint.saved'),
    runsOfModel: new DataLoader(async (keys) => {
      const rows = await db.$queryRaw<{ model: string; count: bigint }[]>`
        select config ->> 'model' as model, count(*) as count from "Run"
        where config ->> 'model' = any(${[...keys]}) group by 1`
      const counts = new Map(rows.map(({ model, count }) => [model, Number(count)]))
      return keys.map((key) => counts.get(key) ?? 0)
    }),
    guidedRunCount: new DataLoader((figures) => guidedRunCounts(db, figures), { cacheKeyFn: keyOf }),
    recallOfFigure: new DataLoader(
      async (figures) => {
        const rows = await db.recalledFigure.findMany({
          where: { recall: { liftedAt: null }, OR: figuresOfCorpora(figures) },
          include: { recall: true },
          orderBy: { recall: { createdAt: 'asc' } },
        })
        const found = new Map(rows.map((row) => [keyOf(row), row.recall]))
        return figures.map((figure) => found.get(keyOf(figure)) ?? null)
      },
      { cacheKeyFn: keyOf },
    ),
    figuresOfRecall: new DataLoader(async (ids) => {
      const rows = await db.recalledFigure.groupBy({
        by: ['recallId'],
        where: { recallId: { in: [...ids] } },
        _count: { figureId: true },
      })
      const counts = new Map(rows.map((row) => [row.recallId, row._count.figureId]))
      return ids.map((id) => counts.get(id) ?? 0)
    }),
  }
}

const keyOf = ({ corpus, figureId }: FigureKey) => `${corpus}/${figureId}`

function figuresOfCorpora(figures: readonly FigureKey[]) {
  return [...Map.groupBy(figures, ({ corpus }) => corpus)].map(([corpus, group]) => ({
    corpus,
    figureId: { in: group.map(({ figureId }) => figureId) },
  }))
}

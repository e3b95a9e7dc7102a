import { type Database, type GuidedFigureRow, Prisma } from '../db/client.ts'

/** Place in a run's ledger. */
export interface LedgerCursor {
  seq: number
  draws: number
  figureId: string
  bag: string
}

export interface LedgerFilter {
  task?: number | null
  bag?: string | null
  figureId?: string | null
}

/** The figures that guided a run, window by window, the most drawn of each window first. */
export async function readLedger(
  db: Database,
  runId: string,
  { task, bag, figureId }: LedgerFilter,
  page: { first: number; after: LedgerCursor | null },
): Promise<{ rows: GuidedFigureRow[]; totalCount: number }> {
  const where = { runId, ...(task ? { task } : {}), ...(bag ? { bag } : {}), ...(figureId ? { figureId } : {}) }
  const [rows, totalCount] = await Promise.all([
    db.guidedFigure.findMany({
      where: { ...where, ...(page.after ? { OR: beyond(page.after) } : {}) },
      orderBy: [{ seq: 'asc' }, { draws: 'desc' }, { figureId: 'asc' }, { bag: 'asc' }],
      take: page.first + 1,
    }),
    db.guidedFigure.count({ where }),
  ])
  return { rows, totalCount }
}

function beyond({ seq, draws, figureId, bag }: LedgerCursor): Prisma.GuidedFigureWhereInput[] {
  return [
    { seq: { gt: seq } },
    { seq, draws: { lt: draws } },
    { seq, draws, figureId: { gt: figureId } },
    { seq, draws, figureId, bag: { gt: bag } },
  ]
}

/** What figures did to one run. */
export interface GuidedRunRow {
  runId: string
  createdAt: Date
  /** Positions in the run's order, ascending. */
  tasks: number[]
  firstStep: number
  lastStep: number
  /** Step windows in which at least one of the figures was drawn. */
  windows: number
  figures: number
  draws: number
  /** Mean share of the reference pairs over all windows of the run, in [0, 1]. */
  weight: number
}

/** A set of figures, as a query of the columns corpus and "figureId". */
export type FigureSet = Prisma.Sql

export const oneFigure = (corpus: string, figureId: string): FigureSet =>
  Prisma.sql`select ${corpus}::text as corpus, ${figureId}::text as "figureId"`

export const figuresOfRecall = (recallId: string): FigureSet =>
  Prisma.sql`select corpus, "figureId" from "RecalledFigure" where "recallId" = ${recallId}::uuid`

/** Runs that a set of figures guided, newest first. */
export async function guidedRuns(
  db: Database,
  set: FigureSet,
  page: { first: number; after: { createdAt: string; id: string } | null },
): Promise<{ rows: GuidedRunRow[]; totalCount: number }> {
  const { first, after } = page
  const beyond = after
    ? Prisma.sql`where (run."createdAt", run.id) < (${after.createdAt}::timestamptz, ${after.id}::uuid)`
    : Prisma.empty
  const [rows, totals] = await Promise.all([
    db.$queryRaw<GuidedRunRow[]>`
      select touched.*, run."createdAt",
        touched.share / (select count(distinct seq) from "GuidedFigure" where "runId" = run.id) as weight
      from (
        select g."runId", array_agg(distinct g.task order by g.task) as tasks, min(g."fromStep") as "firstStep",
          max(g."toStep") as "lastStep", count(distinct g.seq)::int as windows, count(distinct g."figureId")::int as figures,
          sum(g.draws)::int as draws, sum(g.weight) as share
        from "GuidedFigure" g join (${set}) as wanted using (corpus, "figureId")
        group by g."runId"
      ) as touched
      join "Run" run on run.id = touched."runId"
      ${beyond}
      order by run."createdAt" desc, run.id desc
      limit ${first + 1}`,
    db.$queryRaw<{ total: number }[]>`
      select count(distinct g."runId")::int as total
      from "GuidedFigure" g join (${set}) as wanted using (corpus, "figureId")`,
  ])
  return { rows, totalCount: totals[0]?.total ?? 0 }
}

/** Number of runs that each figure guided. @param figures `{ corpus, figureId }` */
export async function guidedRunCounts(
  db: Database,
  figures: readonly { corpus: string; figureId: string }[],
): Promise<number[]> {
  const corpora = figures.map(({ corpus }) => corpus)
  const ids = figures.map(({ figureId }) => figureId)
  const rows = await db.$queryRaw<{ corpus: string; figureId: string; runs: number }[]>`
    select g.corpus, g."figureId", count(distinct g."runId")::int as runs
    from "GuidedFigure" g
    join unnest(${corpora}::text[], ${ids}::text[]) as wanted (corpus, "figureId") using (corpus, "figureId")
    group by g.corpus, g."figureId"`
  const counts = new Map(rows.map(({ corpus, figureId, runs }) => [`${corpus}/${figureId}`, runs]))
  return figures.map(({ corpus, figureId }) => counts.get(`${corpus}/${figureId}`) ?? 0)
}

import { randomUUID } from 'node:crypto'
import { AnamnesisError, type Figure } from '@anamnesis/core/contracts'
import type { Logger } from 'pino'
import { z } from 'zod'
import type { Database, LiteratureRecallRow } from '../db/client.ts'
import { changeRun } from '../events/store.ts'
import type { Catalog } from './catalog.ts'
import { figuresOfRecall, guidedRuns } from './ledger.ts'
import { canonical } from './runs.ts'

export const RECALL_KINDS = ['RETRACTED', 'LICENCE_CHANGED'] as const
export type RecallKind = (typeof RECALL_KINDS)[number]

const id = z.string().trim().min(1).max(300)
const recallInput = z.object({
  kind: z.enum(RECALL_KINDS),
  reason: z.string().trim().min(1, 'say why').max(2000),
  articleId: id.nullish(),
  pmid: id.nullish(),
  pmcid: id.nullish(),
  doi: id.nullish(),
  corpus: id.nullish(),
  figureIds: z.array(z.string().min(1).max(200)).min(1).max(1000).nullish(),
})
export type RecallInput = z.input<typeof recallInput>

/** What a recall names: one article, or figures of one corpus. */
type Selector =
  | { by: 'articleId' | 'pmid' | 'pmcid' | 'doi'; value: string }
  | { by: 'figureIds'; corpus: string; value: string[] }

/** Runs told about a recall in one go. */
const TOLD_RUNS = 100

/**
 * Literature that may not guide any more. A recall leaves index and figures as they are: searches and trainings are told
 * which figures to leave out, so lifting it restores everything.
 */
export class Recalls {
  constructor(
    private readonly db: Database,
    private readonly catalog: Catalog,
    private readonly log: Logger,
  ) {}

  /**
   * Recalls an article (in every corpus) or figures of one corpus. Asked again while it is in force, it gives the same
   * recall and adds figures that were imported since.
   * @throws BAD_INPUT, NOT_FOUND when no figure fits, UNKNOWN_CORPUS
   */
  async recall(raw: RecallInput): Promise<LiteratureRecallRow> {
    const input = parse(raw)
    const selector = selectorOf(input)
    const identity = canonical({ kind: input.kind, ...selector })
    const figures = await this.figuresOf(selector)
    if (figures.length === 0) {
      const what = selector.by === 'figureIds' ? 'these ids' : `${selector.by} "${selector.value}"`
      throw new AnamnesisError('NOT_FOUND', `No imported corpus has a figure of ${what}.`, { field: selector.by })
    }
    const { row, isNew } = await this.db.$transaction(async (tx) => {
      // Two equal recalls at once: the second waits for the first.
      await tx.$queryRaw`select pg_advisory_xact_lock(hashtextextended(${identity}, 0))::text`
      const before = await tx.literatureRecall.findFirst({ where: { identity, liftedAt: null } })
      const row =
        before ??
        (await tx.literatureRecall.create({
          data: {
            id: randomUUID(),
            kind: input.kind,
            reason: input.reason,
            selector,
            identity,
            createdAt: new Date(),
          },
        }))
      await tx.recalledFigure.createMany({
        data: figures.map((figure) => ({ recallId: row.id, ...figure })),
        skipDuplicates: true,
      })
      return { row, isNew: before === null }
    })
    if (isNew) {
      const runs = await this.tell(row, 'recalled')
      this.log.warn({ recall: row.id, kind: row.kind, figures: figures.length, runs }, 'literature recalled')
    }
    return row
  }

  /** Ends a recall: its figures may guide again. Asked again, it changes nothing. @throws NOT_FOUND, BAD_INPUT */
  async lift(recallId: string, reason: string | null): Promise<LiteratureRecallRow> {
    const text = reason?.trim().slice(0, 2000) || null
    const { count } = await this.db.literatureRecall.updateMany({
      where: { id: recallId, liftedAt: null },
      data: { liftedAt: new Date(), liftReason: text },
    })
    const row = await this.db.literatureRecall.findUnique({ where: { id: recallId } })
    if (!row) throw new AnamnesisError('NOT_FOUND', 'There is no such recall.', { field: 'recallId' })
    if (count > 0) {
      const runs = await this.tell(row, 'lifted')
      this.log.warn({ recall: row.id, runs }, 'recall of literature lifted')
    }
    return row
  }

  /** Newest first. @param inForce true leaves out those that were lifted */
  async list(
    first: number,
    after: string | null,
    inForce: boolean,
  ): Promise<{ rows: LiteratureRecallRow[]; totalCount: number }> {
    const where = inForce ? { liftedAt: null } : {}
    const [rows, totalCount] = await Promise.all([
      this.db.literatureRecall.findMany({
        where,
        orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
        take: first + 1,
        ...(after ? { cursor: { id: after }, skip: 1 } : {}),
      }),
      this.db.literatureRecall.count({ where }),
    ])
    return { rows, totalCount }
  }

  byId(recallId: string): Promise<LiteratureRecallRow | null> {
    return this.db.literatureRecall.findUnique({ where: { id: recallId } })
  }

  /** Every touched run says so in its own log. @returns their number */
  private async tell(row: LiteratureRecallRow, what: 'recalled' | 'lifted'): Promise<number> {
    let after: { createdAt: string; id: string } | null = null
    for (let told = 0; ; ) {
      const { rows, totalCount } = await guidedRuns(this.db, figuresOfRecall(row.id), { first: TOLD_RUNS, after })
      for (const { runId, figures, weight } of rows.slice(0, TOLD_RUNS)) {
        const share = `${figures} figures, ${(weight * 100).toFixed(2)} % of the pairs drawn`
        const text =
          what === 'recalled'
            ? `Literature that guided this run was recalled (${KIND_TEXTS[row.kind as RecallKind]}: ${row.reason}): ${share}.`
            : `The recall of literature that guided this run was lifted${row.liftReason ? `: ${row.liftReason}` : ''}.`
        await changeRun(this.db, runId, () => ({
          events: [
            what === 'recalled'
              ? { type: 'alarm', payload: { name: 'literature.recalled', text } }
              : { type: 'log', payload: { level: 'info', text } },
          ],
        }))
        told++
      }
      if (rows.length <= TOLD_RUNS) return Math.min(told, totalCount)
      const last = rows[TOLD_RUNS - 1]!
      after = { createdAt: last.createdAt.toISOString(), id: last.runId }
    }
  }

  private async figuresOf(selector: Selector): Promise<{ corpus: string; figureId: string }[]> {
    if (selector.by === 'figureIds') {
      const corpus = await this.catalog.corpus(selector.corpus)
      const found = await Promise.all(selector.value.map((figureId) => corpus.byId(figureId)))
      const missing = selector.value.find((_, i) => found[i] === null)
      if (missing !== undefined) {
        throw new AnamnesisError('NOT_FOUND', `Corpus "${selector.corpus}" has no figure "${missing}".`, {
          field: 'figureIds',
        })
      }
      return selector.value.map((figureId) => ({ corpus: selector.corpus, figureId }))
    }
    const figures: { corpus: string; figureId: string }[] = []
    for (const info of await this.catalog.corpusInfos()) {
      const corpus = await this.catalog.corpus(info.id)
      for (let i = 0; i < corpus.size; i++) {
        const figure = await corpus.figure(i)
        if (isOf(figure, selector)) figures.push({ corpus: info.id, figureId: figure.id })
      }
    }
    return figures
  }
}

const KIND_TEXTS: Record<RecallKind, string> = { RETRACTED: 'retracted', LICENCE_CHANGED: 'licence changed' }

/** Ids of the figures of a corpus that must not be found now. */
export async function recalledFigures(db: Database, corpus: string): Promise<string[]> {
  const rows = await db.recalledFigure.findMany({
    where: { corpus, recall: { liftedAt: null } },
    distinct: ['figureId'],
    select: { figureId: true },
    orderBy: { figureId: 'asc' },
  })
  return rows.map(({ figureId }) => figureId)
}

const plain = (text: string | null | undefined) => (text ?? '').trim().toLowerCase()

/** Ids are compared without regard to case; a DOI may come as a link, a PMCID with or without its letters. */
function normal(by: 'articleId' | 'pmid' | 'pmcid' | 'doi', value: string): string {
  const text = plain(value)
  if (by === 'doi') return text.replace(/^https?:\/\/(dx\.)?doi\.org\//, '').replace(/^doi:\s*/, '')
  if (by === 'pmcid') return text.replace(/^pmc/, '')
  return text
}

function isOf(figure: Figure, { by, value }: Exclude<Selector, { by: 'figureIds' }>): boolean {
  if (by !== 'articleId') return figure[by] !== null && normal(by, figure[by]) === value
  // Corpora of earlier versions know an article only by its public ids.
  return [figure.articleId, figure.pmcid, figure.doi, figure.pmid].some((one) => plain(one) === value)
}

function selectorOf(input: z.output<typeof recallInput>): Selector {
  const { articleId, pmid, pmcid, doi, figureIds, corpus } = input
  const given = Object.entries({ articleId, pmid, pmcid, doi, figureIds }).filter(([, value]) => value)
  if (given.length !== 1) {
    throw new AnamnesisError('BAD_INPUT', 'Name exactly one of articleId, pmid, pmcid, doi and figureIds.', {
      field: given[1]?.[0] ?? 'articleId',
    })
  }
  if (figureIds) {
    if (!corpus) throw new AnamnesisError('BAD_INPUT', 'Say which corpus the figures belong to.', { field: 'corpus' })
    return { by: 'figureIds', corpus, value: [...new Set(figureIds)].sort() }
  }
  const [by, value] = given[0] as ['articleId' | 'pmid' | 'pmcid' | 'doi', string]
  return { by, value: normal(by, value) }
}

function parse(raw: RecallInput): z.output<typeof recallInput> {
  const parsed = recallInput.safeParse(raw)
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]!
  const field = issue.path.join('.')
  throw new AnamnesisError('BAD_INPUT', `Input "${field}" is wrong: ${issue.message}.`, { field })
}

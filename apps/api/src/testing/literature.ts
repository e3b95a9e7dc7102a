import type { NewEvent, NewFigure } from '@anamnesis/core/contracts'
import { corpusFolder, writeCorpus } from '@anamnesis/core/importers'
import type { TestServices } from './services.ts'

/** The corpus of the phantom suites. */
export const CORPUS = 'phantom-literature'

const PIXEL = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==',
  'base64',
)

/** Figures fig0 to fig<count - 1>, three to an article (PMID 100, 101, ...). */
export async function writeLiterature({ env, catalog }: TestServices, count: number, corpus = CORPUS): Promise<void> {
  const figures = Array.from({ length: count }, (_, i): { figure: NewFigure; image: Uint8Array } => {
    const article = Math.floor(i / 3)
    return {
      figure: {
        id: `fig${i}`,
        caption: `CT photo number ${i}`,
        modality: 'CT',
        licence: 'CC BY 4.0',
        licenceGroup: 'commercial',
        article: `Article ${article}`,
        pmid: String(100 + article),
        pmcid: `PMC${900 + article}`,
        doi: `10.1/a${article}`,
        articleId: `pmc${900 + article}`,
      },
      image: PIXEL,
    }
  })
  await writeCorpus(corpusFolder(env.home, corpus), { id: corpus, title: corpus, synthetic: true }, figures)
  catalog.changed()
}

type Draws = Record<string, number>

/** A window of 25 steps in which figures (all of the general bag) were drawn. @param window from 0 */
export const ledger = (task: number, window: number, draws: Draws, all?: number): NewEvent => ({
  type: 'ledger.written',
  payload: {
    task,
    fromStep: window * 25 + 1,
    toStep: window * 25 + 25,
    figures: Object.entries(draws).map(([figureId, n], i) => ({
      ...{ figureId, bag: 'general', rank: i + 1, draws: n, dense: 0.5, visual: 0.25, lexical: null },
    })),
    sampled: all !== undefined,
    draws: all ?? Object.values(draws).reduce((sum, n) => sum + n, 0),
  },
})

export const checkpointEvent = (task: number): NewEvent => ({
  type: 'checkpoint.saved',
  payload: { task, step: task * 50, path: `p${task}`, digest: `d${task}`, bytes: 1, state: ['weights'] },
})

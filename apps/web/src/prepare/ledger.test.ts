import { expect, it } from 'vitest'
import { ledgerWindow } from './ledger.ts'

const event = (payload: unknown, type = 'ledger.written') => ({ runId: 'r', seq: 3, type, at: '', payload })

it('lists the most drawn figures first', () => {
  const window = ledgerWindow(
    event({
      task: 1,
      fromStep: 1,
      toStep: 20,
      sampled: true,
      figures: [
        { figureId: 'a', bag: 'task', rank: 1, draws: 2 },
        { figureId: 'b', bag: 'general', rank: 9, draws: 5 },
      ],
    }),
  )
  expect(window).toMatchObject({ task: 1, toStep: 20, sampled: true })
  expect(window!.figures.map((figure) => figure.figureId)).toEqual(['b', 'a'])
  expect(window!.figures[0]!.share).toBeNull() // the others of the window are not known
})

it('tells the share of all draws and the scores that there are', () => {
  const figure = { figureId: 'a', bag: 'task', rank: 1, draws: 2, dense: 0.5123, visual: 0.25, lexical: null }
  const window = ledgerWindow(event({ sampled: true, draws: 8, figures: [figure] }))
  expect(window!.figures[0]).toMatchObject({ share: 0.25, scores: 'caption 0.512, image 0.250' })
})

it('refuses what is no ledger line', () => {
  expect(ledgerWindow(event(null))).toBeNull()
  expect(ledgerWindow(event({ figures: [] }, 'log'))).toBeNull()
})

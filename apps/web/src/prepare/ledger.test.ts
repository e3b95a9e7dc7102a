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
})

it('refuses what is no ledger line', () => {
  expect(ledgerWindow(event(null))).toBeNull()
  expect(ledgerWindow(event({ figures: [] }, 'log'))).toBeNull()
})

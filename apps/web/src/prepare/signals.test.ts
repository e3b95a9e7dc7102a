import { expect, it } from 'vitest'
import { signalEvent, signalRows } from './signals.ts'

const event = (step: number, signals: Record<string, number | null>, knobs: Record<string, number> = {}) => ({
  task: 1,
  step,
  signals,
  knobs,
})

it('reads only events of its own kind', () => {
  const payload = event(4, { gap: 1 })
  const stored = { runId: 'r', seq: 1, at: '', type: 'guidance.signals', payload }
  expect(signalEvent(stored)).toEqual(payload)
  expect(signalEvent({ ...stored, type: 'log' })).toBeNull()
  expect(signalEvent({ ...stored, payload: null })).toBeNull()
})

it('orders rows, and breaks a line where a value is not known', () => {
  const { signals, knobs } = signalRows([
    event(100, { drift: 0.01, gap: 0.5, 'risk.ct': 0.2 }, { alpha: 2 }),
    event(0, { drift: null, gap: 1, 'risk.ct': null }, { alpha: 1 }),
    event(50, { drift: 0.02, gap: null, 'risk.ct': 0.1 }, { alpha: 1 }),
  ])
  expect(signals.map(({ title }) => title)).toEqual(['Domain gap g', 'Drift of embeddings', 'risk.ct'])
  expect(signals[0]).toMatchObject({
    lines: [],
    dots: [
      { x: 0, y: 0 },
      { x: 100, y: 10 },
    ],
    latest: '0.5000',
  })
  expect(signals[1]!.lines).toEqual(['50.0,19.6 100.0,19.8'])
  expect(knobs[0]!.lines).toEqual(['0.0,10.0 50.0,10.0 100.0,0.0'])
  expect(knobs[0]!.description).toContain('3 values')
})

it('has nothing to show before the first measurement', () => {
  expect(signalRows([])).toEqual({ signals: [], knobs: [] })
})

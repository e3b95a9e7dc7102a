import { describe, expect, it } from 'vitest'
import { type LiveRun, logLine, POINT_LIMIT, type RunEvent, reduceEvents, taskBoundaries } from './liveRun.ts'

const start: LiveRun = {
  runId: 'r',
  lastSeq: 10,
  state: 'QUEUED',
  stateReason: null,
  task: 0,
  step: 0,
  totalSteps: 20,
  startedAt: null,
  finishedAt: null,
  heartbeatAt: null,
  cells: [],
  landedAt: {},
  series: {},
  references: [],
  log: [],
  stale: { metrics: 0, checkpoints: 0 },
  missing: null,
}
const event = (seq: number, type: string, payload: unknown): RunEvent => ({
  runId: 'r',
  seq,
  type,
  at: new Date(Date.UTC(2026, 0, 1, 0, 0, seq)).toISOString(),
  payload,
})
const step = (seq: number, at: number, value: number | null) =>
  event(seq, 'step', { task: 1, step: at, values: { 'loss.ce': value } })
const cell = (seq: number, row: number, column: number, accuracy: number) =>
  event(seq, 'eval.cell', {
    row,
    column,
    taskId: 't',
    n: 40,
    accuracy,
    balancedAccuracy: null,
    auc: 0.9,
    interval: [accuracy - 0.1, accuracy + 0.1],
    confusion: [[1]],
  })

describe('reducing run events', () => {
  it('takes an event once, however often it is delivered', () => {
    const events = [step(11, 1, 2), step(12, 2, 1.5), cell(13, 0, 1, 0.5)]
    const once = reduceEvents(start, events)
    expect(reduceEvents(once, events)).toEqual(once)
    expect(reduceEvents(start, [...events, ...events])).toEqual(once)
    expect(once.series['loss.ce']).toEqual({ name: 'loss.ce', steps: [1, 2], values: [2, 1.5] })
  })

  it('leaves what it was given alone', () => {
    const first = reduceEvents(start, [step(11, 1, 2)])
    const before = structuredClone(first)
    reduceEvents(first, [step(12, 2, 1), step(13, 3, 1)])
    expect(first).toEqual(before)
  })

  it('gives the same run whether events come one by one or all at once', () => {
    const events = [
      event(11, 'run.state', { state: 'RUNNING' }),
      event(12, 'task.started', { task: 1, taskId: 't', steps: 10 }),
      step(13, 1, 2),
      cell(14, 1, 1, 0.7),
    ]
    expect(events.reduce((run, one) => reduceEvents(run, [one]), start)).toEqual(reduceEvents(start, events))
  })

  it('leaves out events that the snapshot already contains', () => {
    expect(reduceEvents(start, [step(9, 1, 2), step(10, 2, 2)])).toEqual(start)
  })

  it('stops at a hole and says what is missing', () => {
    const run = reduceEvents(start, [step(11, 1, 2), step(14, 4, 1)])
    expect(run.missing).toEqual({ fromSeq: 12, toSeq: 13 })
    expect(run.lastSeq).toBe(11)
    expect(run.series['loss.ce']!.steps).toEqual([1])
  })

  it('asks for a new snapshot on an explicit gap', () => {
    const run = reduceEvents(start, [event(11, 'gap', { fromSeq: 11, toSeq: 40, reason: 'overflow' })])
    expect(run.missing).toEqual({ fromSeq: 11, toSeq: 40 })
  })

  it('ignores events of another run', () => {
    expect(reduceEvents(start, [{ ...step(11, 1, 2), runId: 'other' }])).toEqual(start)
  })

  it('replaces a cell that is evaluated again', () => {
    const run = reduceEvents(start, [cell(11, 1, 1, 0.5), cell(12, 1, 1, 0.6)])
    expect(run.cells.map((c) => c.accuracy)).toEqual([0.6])
    expect(run.landedAt['1-1']).toBe(event(12, '', {}).at)
    expect(run.stale.metrics).toBe(2)
  })

  it('cuts the curve back when a resumed run repeats steps', () => {
    const run = reduceEvents(start, [step(11, 1, 4), step(12, 2, 3), step(13, 3, 2), step(14, 2, 2.5)])
    expect(run.series['loss.ce']).toMatchObject({ steps: [1, 2], values: [4, 2.5] })
  })

  it('keeps an unknown number null', () => {
    expect(reduceEvents(start, [step(11, 1, null)]).series['loss.ce']!.values).toEqual([null])
  })

  it('keeps long live curves bounded, newest points whole', () => {
    const events = Array.from({ length: POINT_LIMIT + 50 }, (_, i) => step(11 + i, i + 1, i))
    const { steps } = reduceEvents(start, events).series['loss.ce']!
    expect(steps.length).toBeLessThanOrEqual(POINT_LIMIT)
    expect(steps.slice(-3)).toEqual([POINT_LIMIT + 48, POINT_LIMIT + 49, POINT_LIMIT + 50])
  })

  it('follows the state, with the times that belong to it', () => {
    const running = reduceEvents(start, [event(11, 'run.state', { state: 'RUNNING' })])
    expect(running).toMatchObject({ state: 'RUNNING', startedAt: event(11, '', {}).at, finishedAt: null })
    const failed = reduceEvents(running, [event(12, 'run.state', { state: 'FAILED', reason: 'disk full' })])
    expect(failed).toMatchObject({ state: 'FAILED', stateReason: 'disk full', finishedAt: event(12, '', {}).at })
  })

  it('does not fail on a payload of another shape', () => {
    const run = reduceEvents(start, [event(11, 'eval.cell', null), event(12, 'step', 'x'), event(13, 'new.kind', [1])])
    expect(run.lastSeq).toBe(13)
    expect(run.cells).toEqual([])
  })
})

describe('reading the log', () => {
  it('places task boundaries in steps of the whole run', () => {
    const log = [
      event(1, 'task.started', { task: 1, taskId: 'a', steps: 100 }),
      event(9, 'task.started', { task: 2, taskId: 'b', steps: 60 }),
      event(12, 'task.started', { task: 3, taskId: 'c', steps: 100 }),
    ]
    expect(taskBoundaries(log)).toEqual([
      { task: 1, step: 0, taskKey: 'a' },
      { task: 2, step: 100, taskKey: 'b' },
      { task: 3, step: 160, taskKey: 'c' },
    ])
  })

  it('writes a line for every kind of event', () => {
    expect(logLine(event(1, 'run.state', { state: 'FAILED', reason: 'worker lost' }))).toMatchObject({
      level: 'error',
      text: 'FAILED: worker lost',
    })
    expect(logLine(cell(2, 1, 1, 0.5)).text).toBe('Row 1, t: 50.0 % (n = 40)')
  })
})

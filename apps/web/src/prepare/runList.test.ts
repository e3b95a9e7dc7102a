import { describe, expect, it } from 'vitest'
import type { RunRowFragment } from '../graphql/generated/graphql.ts'
import { addPage, applyChange, matches, progressOf, type RunListFilter, showWaiting } from './runList.ts'

const run = (id: string, lastSeq = 1, over: Partial<RunRowFragment> = {}): RunRowFragment => ({
  id,
  key: `run-${id}`,
  name: '',
  state: 'RUNNING',
  stateReason: null,
  seed: 1,
  createdAt: '2026-01-01T00:00:00Z',
  startedAt: null,
  finishedAt: null,
  heartbeatAt: null,
  attempt: 1,
  task: 0,
  step: 0,
  totalSteps: 100,
  lastSeq,
  suite: { id: 's', key: 'phantom', title: 'Phantom', tasks: [] },
  order: { key: 'default', title: 'Default', taskKeys: [] },
  method: { key: 'fine-tune', title: 'Fine-tune', trains: true },
  metrics: [],
  ...over,
})
const all: RunListFilter = { suite: null, methods: [], states: [], text: '' }
const ids = (runs: RunRowFragment[]) => runs.map((one) => one.id)

describe('the live run list', () => {
  it('changes a listed run in its place', () => {
    const list = applyChange({ runs: [run('a'), run('b')], waiting: [] }, run('b', 5, { step: 40 }), all)
    expect(ids(list.runs)).toEqual(['a', 'b'])
    expect(list.runs[1]!.step).toBe(40)
    expect(list.waiting).toEqual([])
  })

  it('does not go back to an older state of a run', () => {
    const list = applyChange({ runs: [run('a', 9, { step: 90 })], waiting: [] }, run('a', 5, { step: 50 }), all)
    expect(list.runs[0]!.step).toBe(90)
  })

  it('lets new runs wait, each once, until they are asked for', () => {
    let list = applyChange({ runs: [run('a')], waiting: [] }, run('b'), all)
    list = applyChange(list, run('b', 3), all)
    expect(ids(list.runs)).toEqual(['a'])
    expect(list.waiting).toHaveLength(1)
    expect(ids(showWaiting(list).runs)).toEqual(['b', 'a'])
  })

  it('keeps filters: a run that does not fit does not appear', () => {
    expect(applyChange({ runs: [], waiting: [] }, run('b'), { ...all, suite: 'other' }).waiting).toEqual([])
    expect(matches(run('b'), { ...all, text: 'RUN-B' })).toBe(true)
    expect(matches(run('b'), { ...all, states: ['FAILED'] })).toBe(false)
  })

  it('adds a page without doubles', () => {
    expect(ids(addPage({ runs: [run('a'), run('b')], waiting: [] }, [run('b'), run('c')]).runs)).toEqual([
      'a',
      'b',
      'c',
    ])
  })

  it('measures progress in steps', () => {
    expect(progressOf({ state: 'RUNNING', step: 25, totalSteps: 100 })).toBe(0.25)
    expect(progressOf({ state: 'QUEUED', step: 0, totalSteps: 0 })).toBe(0)
  })
})

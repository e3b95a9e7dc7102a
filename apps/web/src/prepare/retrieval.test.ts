import { describe, expect, it } from 'vitest'
import { barLength, dropReasons, facetChoices, funnel, searchKind, stageColumns, stageRanges } from './retrieval.ts'

it('compares bars within a stage over everything shown', () => {
  const ranges = stageRanges([
    { dense: { score: 0.8, rank: 1 }, visual: null, lexical: { score: 12, rank: 1 } },
    { dense: { score: 0.4, rank: 2 }, visual: null, lexical: { score: 3, rank: 2 } },
  ])
  expect(barLength(0.8, ranges.dense)).toBe(100)
  expect(barLength(0.4, ranges.dense)).toBeCloseTo(50)
  expect(barLength(3, ranges.lexical)).toBeCloseTo(25)
})

it('shows the fused score of a hybrid search only', () => {
  const keys = (search: { rankConstant?: number | null }) => stageColumns(search).map(({ key }) => key)
  expect(keys({ rankConstant: null })).toEqual(['dense', 'visual', 'lexical'])
  expect(keys({ rankConstant: 60 })).toEqual(['dense', 'visual', 'lexical', 'fused'])
  expect(stageColumns({ rankConstant: 60 }).at(-1)!.hint).toContain('1 / (60 + rank)')
  const { fused } = stageRanges([{ fused: { score: 0.03, rank: 1 } }, { fused: null }])
  expect(barLength(0.015, fused)).toBeCloseTo(50)
})

it('says how much an approximate search finds, where that was measured', () => {
  expect(searchKind({ exact: true, recall: null }).word).toBe('exact')
  expect(searchKind({ exact: false, recall: 0.9731 })).toMatchObject({
    word: 'approximate, recall 97.3 %',
    hint: expect.stringContaining('97.3 %'),
  })
  expect(searchKind({ exact: false, recall: null })).toMatchObject({
    word: 'approximate',
    hint: expect.stringContaining('nobody measured'),
  })
})

it('narrows the funnel and never hides a step', () => {
  const steps = funnel({ corpus: 6000, dense: 60, visual: 24, kept: 0 })
  const widths = steps.map((step) => step.width)
  expect(widths[0]).toBe(100)
  expect([...widths].sort((a, b) => b - a)).toEqual(widths)
  expect(Math.min(...widths)).toBeGreaterThan(0)
})

it('counts reasons, most frequent first', () => {
  expect(dropReasons([{ dropped: 'limit' }, { dropped: 'tie cut' }, { dropped: 'limit' }])).toEqual([
    { reason: 'limit', count: 2 },
    { reason: 'tie cut', count: 1 },
  ])
})

describe('facets', () => {
  it('offers the most frequent values and those that are chosen, with their counts', () => {
    const values = [
      { value: 'CT', count: 1200 },
      { value: '', count: 50 },
      { value: 'MRI', count: 7 },
      { value: 'PET', count: 2 },
    ]
    const facets = [{ field: 'modality', values }]
    expect(facetChoices(facets, 'modality', 1, ['PET'])).toEqual([
      { value: 'CT', label: 'CT 1,200' },
      { value: 'PET', label: 'PET 2' },
    ])
    expect(facetChoices([], 'modality', 3)).toEqual([])
  })
})

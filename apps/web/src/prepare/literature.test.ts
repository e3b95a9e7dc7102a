import { describe, expect, it } from 'vitest'
import { bagRows, guidedWhere, leakRows, mixRows, recallSubject, sideBySide, uploadProblem } from './literature.ts'

describe('literature', () => {
  it('names what a recall is about', () => {
    expect(recallSubject({ by: 'pmid', value: '12' })).toBe('PMID 12')
    expect(recallSubject({ by: 'figureIds', value: ['a', 'b'], corpus: 'c' })).toBe('2 figures of c')
    expect(recallSubject(null)).toBe('Literature')
  })

  it('says where a figure guided', () => {
    expect(guidedWhere({ taskNames: ['A', 'B'], firstStep: 1, lastStep: 1200 })).toBe('A, B (steps 1 to 1,200)')
  })

  it('lays two mixes side by side, with 0 for what one lacks', () => {
    const ct = (count: number) => ({ modality: 'CT', count })
    expect(mixRows([ct(4)], [ct(2), { modality: '', count: 8 }])).toEqual([
      { name: 'unknown', before: 0, after: 8, beforeWidth: 0, afterWidth: 100 },
      { name: 'CT', before: 4, after: 2, beforeWidth: 50, afterWidth: 25 },
    ])
    expect(
      bagRows({ task: 1, domain: 2, general: 0 }, { general: 3 }).map(({ before, after }) => [before, after]),
    ).toEqual([
      [1, 0],
      [2, 0],
      [0, 3],
    ])
  })

  it('compares two rankings', () => {
    const list = (...keys: string[]) => keys.map((key, i) => ({ key, rank: i + 1 }))
    const { rows, common, overlap } = sideBySide(list('a', 'b', 'c'), list('c', 'd', 'a'))
    expect(rows.map(({ key, moved }) => [key, moved])).toEqual([
      ['a', -2],
      ['c', 2],
      ['b', null],
      ['d', null],
    ])
    expect([common, overlap]).toEqual([2, 0.5])
    expect(sideBySide([], []).overlap).toBe(1)
  })

  it('adds up how clean the tasks are', () => {
    const task = (taskKey: string, images: number, dirty: number) => ({
      taskKey,
      images,
      suspects: dirty,
      open: 0,
      dirty,
    })
    expect(leakRows([task('a', 10, 1), task('b', 30, 0)]).map(({ task: name, clean }) => [name, clean])).toEqual([
      ['a', 0.9],
      ['b', 1],
      ['all tasks', 0.975],
    ])
    expect(leakRows([])).toEqual([])
  })

  it('refuses uploads that the server would refuse', () => {
    expect(uploadProblem({ size: 10, type: 'image/png' })).toBeNull()
    expect(uploadProblem({ size: 10, type: 'image/gif' })).toContain('JPEG or PNG')
    expect(uploadProblem({ size: 1e6, type: 'image/jpeg' })).toContain('640 KiB')
  })
})

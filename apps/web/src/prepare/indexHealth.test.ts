import { describe, expect, it } from 'vitest'
import { type IndexData, indexView } from './indexHealth.ts'

const exact: IndexData = {
  ...{ store: 'lancedb', indexType: 'flat', encoderId: 'sha256:e', dim: 64, rows: 6144, version: 'v1' },
  ...{ bytes: 3_200_000, exact: true, honesty: null },
}
const measured: IndexData = {
  ...exact,
  ...{ indexType: 'ivf_rq', exact: false },
  honesty: {
    ...{ k: 100, probes: 15, recall: 0.984, worstRecall: 0.91, latencyP50: 4.2, latencyP95: 9.1 },
    measuredAt: '2026-01-02T03:04:05.000Z',
    byModality: [
      { modality: 'CT', probes: 5, recall: 1 },
      { modality: '', probes: 5, recall: 0.97 },
      { modality: 'MRI', probes: 5, recall: 0.982 },
    ],
  },
}
const factsOf = (index: IndexData) => Object.fromEntries(indexView(index).facts.map(({ term, value }) => [term, value]))

describe('the index of a corpus', () => {
  it('needs no meter where every vector is compared', () => {
    const view = indexView(exact)
    expect(view).toMatchObject({ kind: 'exact', doubtful: false, recalls: [] })
    expect(view.note).toContain('no neighbour is missed')
    expect(factsOf(exact)).toMatchObject({ Store: 'lancedb, flat', Figures: '6,144', Size: '3.2 MB' })
    expect(factsOf(exact)).not.toHaveProperty('Measured')
  })

  it('shows what was measured, the worst modality first', () => {
    const view = indexView(measured)
    expect(view).toMatchObject({ kind: 'approximate', doubtful: false })
    expect(view.note).toBe('Of 100 true neighbours it finds 98.4 % on average and 91.0 % at worst, over 15 probes.')
    expect(view.recalls.map(({ name, recall, width }) => [name, recall, width])).toEqual([
      ['unknown', '97.0 %', 97],
      ['MRI', '98.2 %', 98.2],
      ['CT', '100.0 %', 100],
    ])
    expect(factsOf(measured)).toMatchObject({ 'Time of a search': '4.2 ms (p50)', Measured: expect.any(String) })
  })

  it('doubts an approximate index that nobody measured, and has no size on a server', () => {
    const index = { ...measured, honesty: null, bytes: null }
    expect(indexView(index)).toMatchObject({ doubtful: true, note: expect.stringContaining('nobody knows') })
    expect(factsOf(index).Size).toBe('on a server')
  })
})

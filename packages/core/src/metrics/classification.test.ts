import { describe, expect, it } from 'vitest'
import { Random } from '../contracts/index.ts'
import { balancedAccuracy, binaryAuc, classificationScores, macroAuc } from './classification.ts'
import { wilsonInterval } from './wilson.ts'

/** Area under the ROC curve by its definition: all pairs. */
function pairwiseAuc(scores: number[], positive: boolean[]): number {
  let wins = 0
  let pairs = 0
  scores.forEach((a, i) => {
    scores.forEach((b, j) => {
      if (!positive[i] || positive[j]) return
      pairs++
      wins += a > b ? 1 : a === b ? 0.5 : 0
    })
  })
  return wins / pairs
}

describe('scores of one cell', () => {
  it('counts what was predicted for what was true', () => {
    const logits = Float32Array.from([2, 1, 0, 0, 3, 1, 1, 1, 1, 0, 1, 5])
    const scores = classificationScores(logits, [0, 1, 2, 1], 3)
    expect(scores.confusion).toEqual([
      [1, 0, 0],
      [0, 1, 1],
      [1, 0, 0],
    ])
    expect(scores).toMatchObject({ n: 4, correct: 2, accuracy: 0.5 })
    expect(scores.balancedAccuracy).toBeCloseTo((1 + 0.5 + 0) / 3, 12)
  })

  it('leaves classes that do not occur out of balanced accuracy', () => {
    expect(
      balancedAccuracy([
        [3, 1],
        [0, 0],
      ]),
    ).toBe(0.75)
    expect(
      balancedAccuracy([
        [0, 0],
        [0, 0],
      ]),
    ).toBeNull()
  })

  it('equals the pairwise area on scores with many ties', () => {
    const random = new Random(7)
    const scores = Array.from({ length: 60 }, () => random.int(8))
    const positive = scores.map((score) => random.uniform() < score / 10)
    expect(binaryAuc(scores, positive)).toBeCloseTo(pairwiseAuc(scores, positive), 12)
  })

  it('gives one half for a constant score, one for a perfect ranking, null without both kinds', () => {
    expect(binaryAuc([1, 1, 1, 1], [true, false, true, false])).toBe(0.5)
    expect(binaryAuc([1, 2, 3, 4], [false, false, true, true])).toBe(1)
    expect(binaryAuc([4, 3, 2, 1], [false, false, true, true])).toBe(0)
    expect(binaryAuc([1, 2], [true, true])).toBeNull()
  })

  it('averages one-vs-rest areas over the classes that occur', () => {
    const random = new Random(3)
    const labels = Array.from({ length: 40 }, () => random.int(3))
    const logits = Float32Array.from({ length: 40 * 4 }, (_, i) => random.normal() + (i % 4 === labels[i >> 2] ? 1 : 0))
    const probability = (i: number, c: number) => {
      const row = [...logits.slice(i * 4, i * 4 + 4)].map(Math.exp)
      return row[c]! / row.reduce((a, b) => a + b, 0)
    }
    const expected = [0, 1, 2].map((c) =>
      pairwiseAuc(
        labels.map((_, i) => probability(i, c)),
        labels.map((label) => label === c),
      ),
    )
    expect(macroAuc(logits, labels, 4)).toBeCloseTo(expected.reduce((a, b) => a + b, 0) / 3, 10)
  })

  it('gives the Wilson interval of known cases', () => {
    const [low, high] = wilsonInterval(8, 10)
    expect(low).toBeCloseTo(0.4901625, 6)
    expect(high).toBeCloseTo(0.9433178, 6)
    expect(wilsonInterval(0, 10)[0]).toBe(0)
    expect(wilsonInterval(10, 10)[1]).toBeCloseTo(1, 12)
  })

  it('refuses an empty evaluation', () => {
    expect(() => classificationScores(new Float32Array(), [], 2)).toThrow(RangeError)
  })
})

import { expect, test } from 'vitest'
import { figure, type Hit, type Question } from '../contracts/index.ts'
import { fillBags } from './fill.ts'

const question: Question = { text: 'CT', bag: 'general', domain: 'CT', taskId: null, classId: null }
const hit = (id: string, rank: number, imageMissing = false): Hit => ({
  figure: figure.parse({ id, caption: id, imageMissing }),
  dense: null,
  visual: { score: 1, rank },
  lexical: null,
  fused: null,
  rank,
  dropped: null,
})

test('a caption without a picture is no pair', () => {
  const answers = [{ question, hits: [hit('a', 1), hit('b', 2, true), hit('c', 3)] }]
  expect(fillBags(answers, { task: 0, domain: 0, general: 3 }).map(({ figureId }) => figureId)).toEqual(['a', 'c'])
})

import { expect, it } from 'vitest'
import { captionKey, type LexicalStatistics, terms } from '../stores/index.ts'
import { bm25 } from './bm25.ts'

const captions = ['the colon', 'polyp in the colon', 'a lung with a nodule in the lung']
const statistics: LexicalStatistics = {
  documents: captions.length,
  meanLength: captions.reduce((sum, caption) => sum + terms(caption).length, 0) / captions.length,
  documentFrequency: (term) => captions.filter((caption) => terms(caption).includes(term)).length,
}

it('equals BM25 worked out by hand', () => {
  // "polyp": df 1 of 3, tf 1, length 4, mean length 14/3
  const weight = Math.log(1 + (3 - 1 + 0.5) / (1 + 0.5))
  const wanted = (weight * 2.2) / (1 + 1.2 * (0.25 + (0.75 * 4) / (14 / 3)))
  expect(bm25('polyp', statistics)(captions[1]!)).toBeCloseTo(wanted, 5)
  expect(bm25('polyp', statistics)(captions[0]!)).toBe(0)
})

it('weighs rare words more, repeated words with saturation, and question words once', () => {
  const rare = bm25('polyp', statistics)(captions[1]!)
  const common = bm25('the', statistics)(captions[1]!)
  expect(rare).toBeGreaterThan(common)
  const once = bm25('nodule', statistics)(captions[2]!)
  const twice = bm25('lung', statistics)(captions[2]!)
  expect(twice).toBeGreaterThan(once)
  expect(twice).toBeLessThan(2 * once)
  expect(bm25('lung lung', statistics)(captions[2]!)).toBe(twice)
})

it('reads words in lower case without punctuation', () => {
  expect(terms('X-ray (PA), Ödem 2')).toEqual(['x', 'ray', 'pa', 'ödem', '2'])
  expect(captionKey('A  Liver cyst.')).toBe(captionKey('a liver cyst'))
})

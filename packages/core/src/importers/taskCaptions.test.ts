import { expect, test } from 'vitest'
import { Random } from '../contracts/index.ts'
import { taskCaption } from './taskCaptions.ts'
import { twoClasses } from './testing/sources.ts'

test('writes many wordings that name the class, the same for the same seed', () => {
  const captions = (label: number) => {
    const random = new Random(1)
    return Array.from({ length: 200 }, () => taskCaption(twoClasses(), label, random))
  }
  expect(captions(1)).toEqual(captions(1))
  expect(new Set(captions(1)).size).toBeGreaterThan(15)
  for (const caption of captions(1)) expect(caption).toMatch(/^[A-Z].*\.$/)
  for (const caption of captions(1)) expect(caption).toMatch(/sick/i)
  for (const caption of captions(0)) expect(caption).toMatch(/normal|no abnormality/i)
  expect(captions(1).filter((caption) => /X-ray|radiograph|plain film/i.test(caption)).length).toBeGreaterThan(100)
})

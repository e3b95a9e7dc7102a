import { describe, expect, test } from 'vitest'
import { readTokenizer } from './readTokenizer.ts'
import { trainTokenizer } from './trainTokenizer.ts'

const CAPTIONS = [
  'Chest X-ray showing bacterial pneumonia in the right lung.',
  'Chest CT of the lung with a lung nodule.',
  'Histology of the lung: adenocarcinoma, H&E stain, 40x.',
  "The patient's MRI shows a glioma; naïve Möller staining.",
]

describe('the tokenizer', () => {
  const tokenizer = trainTokenizer(CAPTIONS, 560)

  test('has no unknown token: any text is bytes at worst', () => {
    const [start, ...rest] = tokenizer.encode(['肺 – µ 🫁'], 32)
    expect(start).toBe(tokenizer.startToken)
    const end = rest.indexOf(tokenizer.endToken)
    expect(end).toBe(3 + 3 + 2 + 4) // UTF-8 bytes of the four pieces
    expect(rest.slice(0, end).every((token) => token < 512)).toBe(true)
  })

  test('joins frequent words into one token, inside a word and at its end differently', () => {
    const [, lung, end] = tokenizer.encode(['lung'], 4)
    expect(lung).toBeGreaterThanOrEqual(512)
    expect(end).toBe(tokenizer.endToken)
    expect(tokenizer.encode(['lungs'], 6)[1]).not.toBe(lung)
  })

  test('ignores case, composition and white space', () => {
    const plain = tokenizer.encode(['naïve lung'], 16)
    expect(tokenizer.encode(['  NAI\u0308VE \n\tLung '], 16)).toEqual(plain)
  })

  test('keeps the end token when a text is cut, and pads the rest with 0', () => {
    const rows = tokenizer.encode([CAPTIONS.join(' '), ''], 8)
    expect(rows.length).toBe(16)
    expect(rows[7]).toBe(tokenizer.endToken)
    expect([...rows.slice(8)]).toEqual([tokenizer.startToken, tokenizer.endToken, 0, 0, 0, 0, 0, 0])
    expect(Math.max(...rows)).toBe(tokenizer.endToken)
  })

  test('learns the same merges from the same texts in any order', () => {
    expect(trainTokenizer([...CAPTIONS].reverse(), 560).toFile()).toEqual(tokenizer.toFile())
  })

  test('first merges the most frequent pair', () => {
    // Pairs of "ab" three times and "bc" once: only "a b" occurs twice or more.
    expect(trainTokenizer(['ab ab ab bc'], 600).toFile().merges).toEqual(['a b</w>'])
  })

  test('stops when no pair occurs twice, and says so by its size', () => {
    expect(trainTokenizer(['xy'], 600).size).toBe(514)
  })

  test('comes back the same from its file', () => {
    const copy = readTokenizer(JSON.parse(JSON.stringify(tokenizer.toFile())), 'tokenizer.json')
    expect(copy.encode(CAPTIONS, 32)).toEqual(tokenizer.encode(CAPTIONS, 32))
    expect(copy.size).toBe(tokenizer.size)
  })

  test('refuses a vocabulary without room for all bytes', () => {
    expect(() => trainTokenizer(CAPTIONS, 500)).toThrow(/at least 514/)
  })

  test('refuses a file that is no tokenizer', () => {
    expect(() => readTokenizer({ merges: ['ab'] }, 'tokenizer.json')).toThrow(/tokenizer\.json is no tokenizer/)
  })
})

import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { ClipTokenizer } from './clipTokenizer.ts'
import { readTokenizer } from './readTokenizer.ts'
import { readVocabularyFile } from './vocabularyFile.ts'

const fixtures = join(import.meta.dirname, 'fixtures')
const small: { texts: string[]; bert: number[][]; clip: number[][] } = JSON.parse(
  await readFile(join(fixtures, 'small.json'), 'utf8'),
)
const words = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', 'lung', '##s', 'naive']

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'anamnesis-vocabulary-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

async function file(name: string, content: string | Uint8Array): Promise<string> {
  const path = join(folder, name)
  await writeFile(path, content)
  return path
}

const padded = (rows: readonly number[][], pad: number) =>
  Int32Array.from(rows.flatMap((row) => [...row, ...new Array<number>(24 - row.length).fill(pad)]))

describe('vocabulary files', () => {
  test.each(['bert', 'clip'] as const)('tokenizer.json of transformers gives its ids: %s', async (model) => {
    const tokenizer = await readVocabularyFile(join(fixtures, model, 'tokenizer.json'))
    expect(tokenizer.kind).toBe(model === 'bert' ? 'wordPiece' : 'clip')
    expect(tokenizer.encode(small.texts, 24)).toEqual(padded(small[model], tokenizer.padToken))
  })

  test('vocab.txt is uncased unless a tokenizer_config.json beside it says otherwise', async () => {
    const path = await file('vocab.txt', `${words.join('\r\n')}\r\n`)
    const uncased = await readVocabularyFile(path)
    expect(uncased.size).toBe(words.length)
    expect([...uncased.encode(['Naïve LUNGS'], 6)]).toEqual([2, 6, 4, 5, 3, 0])
    await copyFile(join(fixtures, 'bert', 'tokenizer_config.json'), join(folder, 'tokenizer_config.json'))
    expect([...(await readVocabularyFile(path)).encode(['Naïve lungs'], 6)]).toEqual([2, 1, 4, 5, 3, 0])
  })

  test('merges.txt, with and without a vocab.json beside it', async () => {
    const path = await file('merges.txt', '#version: 0.2\nf o\nfo x</w>\nl o\nlo w</w>\nb r\nbr o\n')
    const expected = padded(small.clip, 0)
    expect((await readVocabularyFile(path)).encode(small.texts, 24)).toEqual(expected)
    const { vocab } = JSON.parse(await readFile(join(fixtures, 'clip', 'tokenizer.json'), 'utf8')).model
    await file('vocab.json', JSON.stringify(vocab))
    expect((await readVocabularyFile(path)).encode(small.texts, 24)).toEqual(expected)
    await file('vocab.json', JSON.stringify({ ...vocab, fox: 3 }))
    expect((await readVocabularyFile(path)).size).toBe(520)
    await file('vocab.json', JSON.stringify({ ...vocab, 'fox</w>': 3 }))
    await expect(readVocabularyFile(path)).rejects.toMatchObject({
      code: 'CORRUPT_WEIGHTS',
      message: expect.stringContaining('"fox</w>" has id 3 instead of 513'),
    })
  })

  test("OpenAI's compressed merges are those that are shipped", async () => {
    const merges = [...new ClipTokenizer().merges]
    const text = ['"bpe_simple_vocab_16e6.txt#version: 0.2', ...merges, 'more pairs', 'than used'].join('\n')
    const tokenizer = await readVocabularyFile(await file('bpe_simple_vocab_16e6.txt.gz', gzipSync(text)))
    expect(tokenizer.size).toBe(49_408)
    expect(tokenizer.toFile()).toEqual({ kind: 'clip', version: 1, merges: null })
  })

  test("a model folder's own file comes back the same", async () => {
    for (const model of ['bert', 'clip']) {
      const tokenizer = await readVocabularyFile(join(fixtures, model, 'tokenizer.json'))
      const copy = await readVocabularyFile(await file('tokenizer.json', JSON.stringify(tokenizer.toFile())))
      expect(copy.toFile()).toEqual(tokenizer.toFile())
      expect(copy.encode(small.texts, 24)).toEqual(tokenizer.encode(small.texts, 24))
    }
  })
})

describe('a bad vocabulary', () => {
  test.each([
    ['an empty file', 'vocab.txt', ' \n', 'is empty'],
    ['no BERT words', 'vocab.txt', 'lung\nheart\n', 'has no [CLS]'],
    ['a merge of nothing', 'merges.txt', '#version: 0.2\nl u\nlu ng</w>\n', 'merge 2, "lu ng</w>", joins a symbol'],
    ['a line that is no pair', 'merges.txt', '#version: 0.2\nl u\nlung\n', 'merge 2, "lung", is no pair'],
    ['no JSON', 'tokenizer.json', '{"model":', 'is not JSON'],
    ['another kind', 'tokenizer.json', '{"model":{"type":"Unigram","vocab":[]}}', 'no CLIP or BERT tokenizer'],
    ['another BPE', 'tokenizer.json', '{"model":{"type":"BPE","vocab":{},"merges":[]}}', 'end_of_word_suffix'],
    ['an unknown kind', 'tokenizer.json', '{"kind":"letters","version":1}', 'is no tokenizer'],
    ['another compression', 'merges.txt.gz', 'plain', 'cannot be read'],
  ])('is refused: %s', async (_, name, content, message) => {
    await expect(readVocabularyFile(await file(name, content))).rejects.toMatchObject({
      code: 'CORRUPT_WEIGHTS',
      message: expect.stringContaining(message),
    })
  })

  test('names the missing file', async () => {
    await expect(readVocabularyFile(join(folder, 'vocab.txt'))).rejects.toMatchObject({ code: 'MISSING_DATA' })
  })
})

describe('files of model folders', () => {
  test('written before there were kinds still load', () => {
    const tokenizer = readTokenizer({ format: 'byte-pair', version: 1, merges: ['l u', 'lu n'] }, 'tokenizer.json')
    expect(tokenizer.toFile()).toEqual({ kind: 'bytePair', version: 1, merges: ['l u', 'lu n'] })
  })
})

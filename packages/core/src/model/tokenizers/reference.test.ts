import { createHash } from 'node:crypto'
import { createReadStream, existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { text } from 'node:stream/consumers'
import { createGunzip } from 'node:zlib'
import { extract } from 'tar-stream'
import { describe, expect, test } from 'vitest'
import { ClipTokenizer } from './clipTokenizer.ts'
import type { Tokenizer } from './tokenizer.ts'
import { uncased, WordPieceTokenizer } from './wordPieceTokenizer.ts'

const fixture = (name: string) => readFileSync(join(import.meta.dirname, 'fixtures', name), 'utf8')
const cases: { text: string; clip: number[]; wordPiece: number[] }[] = JSON.parse(fixture('cases.json'))
const digests: Digests = JSON.parse(fixture('digests.json'))
const words = fixture('vocab.txt').split('\n').slice(0, -1)

interface Digests {
  texts: number
  chunk: number
  sentencesPerArticle: number
  clip: Expected
  wordPiece: Expected
  wordPieceAlone: Expected
}
interface Expected {
  context: number
  digests: string[]
}

const root = resolve(import.meta.dirname, '../../../../..')
const data = resolve(root, process.env.ANAMNESIS_TEST_DATA || '../shared/data')
const reason = existsSync(data) ? '' : ` (skipped: no real packs in ${data}, set ANAMNESIS_TEST_DATA)`

const clip = new ClipTokenizer()
const wordPiece = new WordPieceTokenizer(words)

describe('the ids of the reference', () => {
  test.each([
    ['clip', clip, digests.clip.context],
    ['wordPiece', wordPiece, digests.wordPiece.context],
  ] as const)('%s: hard texts', (kind, tokenizer, context) => {
    const different = cases.filter((expected) => {
      const row = new Int32Array(context).fill(tokenizer.padToken)
      row.set(expected[kind])
      return row.join() !== tokenizer.encode([expected.text], context).join()
    })
    expect(different.map((one) => one.text)).toEqual([])
  })

  test.skipIf(reason !== '')(`on ${digests.texts} captions and sentences${reason}`, { timeout: 60_000 }, async () => {
    const texts = [
      ...captions(join(data, 'figures')),
      ...captions(join(data, 'figures', 'non-commercial')),
      ...(await sentences(join(data, 'literature', 'articles.tar.gz'))),
    ]
    expect(texts.length).toBe(digests.texts)
    const alone = new WordPieceTokenizer(words, { ...uncased, clean: false })
    expect(digestsOf(clip, texts, digests.clip.context)).toEqual(digests.clip.digests)
    expect(digestsOf(wordPiece, texts, digests.wordPiece.context)).toEqual(digests.wordPiece.digests)
    expect(digestsOf(alone, texts, digests.wordPieceAlone.context)).toEqual(digests.wordPieceAlone.digests)
  })
})

function digestsOf(tokenizer: Tokenizer, texts: readonly string[], context: number): string[] {
  const result: string[] = []
  for (let first = 0; first < texts.length; first += digests.chunk) {
    const ids = tokenizer.encode(texts.slice(first, first + digests.chunk), context)
    result.push(createHash('sha256').update(new Uint8Array(ids.buffer)).digest('hex'))
  }
  return result
}

function captions(folder: string): string[] {
  const lines = readFileSync(join(folder, 'figures.jsonl'), 'utf8').trimEnd().split('\n')
  return lines.map((line) => JSON.parse(line).caption)
}

/** As make_tokens.py cuts them. */
async function sentences(archive: string): Promise<string[]> {
  const articles: [name: string, xml: string][] = []
  const entries = createReadStream(archive).pipe(createGunzip()).pipe(extract())
  for await (const entry of entries) {
    if (entry.header.type === 'file') articles.push([entry.header.name, await text(entry)])
    else entry.resume()
  }
  articles.sort(([left], [right]) => (left < right ? -1 : 1))
  return articles.flatMap(([, xml]) =>
    xml
      .replace(/<[^>]*>/g, ' ')
      .replace(/[ \t\r\n]+/g, ' ')
      .split(/(?<=[.?!]) /)
      .filter((part) => part.length >= 20 && part.length <= 2000)
      .slice(0, digests.sentencesPerArticle),
  )
}

import { createHash } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { type Figure, type Notice, notice } from '../contracts/index.ts'
import { articleKey } from './jats/identifiers.ts'

const FILE = 'notices.jsonl'
const line = z.object({ article: z.string(), notice })

interface ArticleIds {
  doi: string | null
  pmid: string | null
  pmcid: string | null
}

/**
 * Retractions, corrections and concerns, by the article they are about. They stand beside the figures, because a notice
 * may come long after the article: whoever reads a figure gets what is known by then.
 */
export class Notices {
  private readonly byArticle = new Map<string, Notice[]>()

  get count(): number {
    let count = 0
    for (const { length } of this.byArticle.values()) count += length
    return count
  }

  /** @returns false when it was known */
  add(about: ArticleIds, found: Notice): boolean {
    let fresh = false
    for (const key of keysOf(about)) fresh = this.addUnder(key, found) || fresh
    return fresh
  }

  private addUnder(key: string, found: Notice): boolean {
    const known = this.byArticle.get(key)
    if (!known) this.byArticle.set(key, [found])
    else if (known.some((other) => sameNotice(other, found))) return false
    else known.push(found)
    return true
  }

  /** The figure with what is known about its article. */
  applied(figure: Figure): Figure {
    if (this.byArticle.size === 0) return figure
    const notices = [...figure.notices]
    for (const key of keysOf(figure)) {
      for (const found of this.byArticle.get(key) ?? []) {
        if (!notices.some((other) => sameNotice(other, found))) notices.push(found)
      }
    }
    if (notices.length === figure.notices.length) return figure
    return { ...figure, notices, retracted: figure.retracted || notices.some(({ kind }) => kind === 'retraction') }
  }

  /** The same for the same notices in whatever order they came; empty when there is none. */
  digest(): string {
    if (this.byArticle.size === 0) return ''
    return createHash('sha256').update(this.lines().sort().join('\n')).digest('hex')
  }

  private lines(): string[] {
    return [...this.byArticle].flatMap(([article, found]) =>
      found.map((one) => JSON.stringify({ article, notice: one })),
    )
  }

  async read(folder: string): Promise<this> {
    const text = await readFile(join(folder, FILE), 'utf8').catch(() => '')
    for (const raw of text.split('\n').filter((part) => part !== '')) {
      const { article, notice: found } = line.parse(JSON.parse(raw))
      this.addUnder(article, found)
    }
    return this
  }

  async write(folder: string): Promise<void> {
    if (this.byArticle.size > 0) await writeFile(join(folder, FILE), `${this.lines().sort().join('\n')}\n`)
  }
}

/** Each identifier by itself names the article: a notice may know the DOI only, a figure the PMCID only. */
function keysOf({ doi, pmid, pmcid }: ArticleIds): string[] {
  return [
    articleKey({ doi, pmid: null, pmcid: null }),
    articleKey({ doi: null, pmid, pmcid: null }),
    articleKey({ doi: null, pmid: null, pmcid }),
  ].filter((key) => key !== '')
}

function sameNotice(a: Notice, b: Notice): boolean {
  return a.kind === b.kind && a.doi?.toLowerCase() === b.doi?.toLowerCase() && a.pmid === b.pmid
}

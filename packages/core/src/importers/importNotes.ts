import type { Article } from './jats/article.ts'
import { Notices } from './notices.ts'
import { Problems } from './problems.ts'

/** What an importer of literature tells besides its figures, while it reads. */
export class ImportNotes {
  readonly notices = new Notices()
  readonly problems: Problems
  /** How far the source was read, from 0 to 1; null where that cannot be told. */
  share: number | null = null

  constructor(maxBroken?: number) {
    this.problems = new Problems(maxBroken)
  }

  /** Notes which article retracts or corrects which, told by either of them. */
  addRelated(article: Article): void {
    for (const { kind, direction, doi, pmid, pmcid } of article.related) {
      if (direction === 'about') this.notices.add({ doi, pmid, pmcid }, { kind, doi: article.doi, pmid: article.pmid })
      else this.notices.add(article, { kind, doi, pmid })
    }
    if (/^(retracted( article)?|withdrawn)\s*[:\]-]/i.test(article.title)) {
      this.notices.add(article, { kind: 'retraction', doi: null, pmid: null })
    }
  }
}

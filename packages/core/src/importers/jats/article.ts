import type { NOTICE_KINDS } from '../../contracts/index.ts'

/** Words and address of a licence as an article gives them. */
export interface LicenceText {
  text: string
  url: string | null
}

/** One figure of an article, before any picture was looked for. */
export interface ArticleFigure {
  /** The XML id, made unique within the article. */
  id: string
  /** As printed: "Figure 2". Empty where there is none. */
  label: string
  /** Titles and paragraphs as running text; empty where the figure has no caption. */
  caption: string
  /** Addresses of its pictures as printed in the file ("info:doi/10.1371/journal.pone.0035142.g001", "gr1"). */
  graphics: string[]
  /** Id of the figure that this one supplements. */
  parent: string | null
  /** Set only where the figure has a licence of its own. */
  licence: LicenceText | null
  credit: string | null
}

/** Another article that this one speaks about, or that speaks about it. */
interface RelatedArticle {
  kind: (typeof NOTICE_KINDS)[number]
  /** 'about': this article is the notice. 'by': the related article is the notice about this one. */
  direction: 'about' | 'by'
  doi: string | null
  pmid: string | null
  pmcid: string | null
}

/** What an importer needs of one JATS article. */
export interface Article {
  doi: string | null
  pmid: string | null
  /** "PMC123". */
  pmcid: string | null
  title: string
  journal: string
  /** The earliest year of publication. */
  year: number | null
  /** The attribute article-type: "research-article", "retraction" ... */
  type: string
  keywords: string[]
  /** All abstracts as running text, the main one first. */
  abstract: string
  licence: LicenceText
  figures: ArticleFigure[]
  related: RelatedArticle[]
}

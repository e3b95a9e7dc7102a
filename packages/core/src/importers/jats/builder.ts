import type { NOTICE_KINDS } from '../../contracts/index.ts'
import type { Article, ArticleFigure, LicenceText } from './article.ts'
import { plainDoi, plainPmcid, plainPmid } from './identifiers.ts'
import { BLOCKS, RunningText, UNREAD } from './text.ts'

type Attributes = Readonly<Record<string, string>>
type Capture = { text: RunningText; done: (text: string) => void; depth: number }

const MAX_TEXT = 20_000
/** Values of related-article-type: what kind of notice, and which of the two articles is the notice. */
const RELATIONS: Readonly<Record<string, [(typeof NOTICE_KINDS)[number], 'about' | 'by']>> = {
  'retracted-article': ['retraction', 'about'],
  'corrected-article': ['correction', 'about'],
  'addended-article': ['correction', 'about'],
  'updated-article': ['correction', 'about'],
  'object-of-concern': ['concern', 'about'],
  'retraction-forward': ['retraction', 'by'],
  retraction: ['retraction', 'by'],
  'correction-forward': ['correction', 'by'],
  correction: ['correction', 'by'],
  addendum: ['correction', 'by'],
  update: ['correction', 'by'],
  'concern-forward': ['concern', 'by'],
  'expression-of-concern': ['concern', 'by'],
}

interface Group {
  depth: number
  id: string | null
  caption: string
  label: string
  first: ArticleFigure | null
  members: ArticleFigure[]
}

/**
 * Turns the tags of one <article> into an Article. Only what lies in the article's own front matter describes it;
 * figures count wherever they are (body, back, floats-group, sub-article).
 */
export class ArticleBuilder {
  private readonly article: Article
  private readonly path: string[] = []
  private readonly captures: Capture[] = []
  private readonly figures: { figure: ArticleFigure; depth: number; permissions: string }[] = []
  private readonly groups: Group[] = []
  private readonly ids = new Set<string>()
  private readonly abstracts: { main: boolean; text: string }[] = []
  private keywordGroup = ''
  private unread = 0
  private subArticles = 0

  constructor(attributes: Attributes) {
    this.article = {
      doi: null,
      pmid: null,
      pmcid: null,
      title: '',
      journal: '',
      year: null,
      type: attributes['article-type'] ?? '',
      keywords: [],
      abstract: '',
      licence: { text: '', url: null },
      figures: [],
      related: [],
    }
  }

  open(name: string, attributes: Attributes): void {
    const parent = this.path.at(-1) ?? 'article'
    this.path.push(name)
    const local = withoutPrefix(name)
    if (UNREAD.has(local)) this.unread++
    if (BLOCKS.has(local)) this.captures.at(-1)?.text.add(' ')
    if (name === 'sub-article' || name === 'response') this.subArticles++
    if (name === 'fig') this.openFigure(attributes)
    else if (name === 'fig-group') {
      this.groups.push({
        depth: this.path.length,
        id: attributes.id ?? null,
        caption: '',
        label: '',
        first: null,
        members: [],
      })
    } else if (this.isInFigure(parent)) this.openInFigure(name, parent, attributes)
    else if (this.subArticles === 0 && this.path[0] === 'front') this.openInFront(name, local, parent, attributes)
  }

  text(text: string): void {
    if (this.unread === 0) this.captures.at(-1)?.text.add(text)
  }

  /** @returns the article when its own end tag came */
  close(name: string): Article | null {
    if (this.path.length === 0) return this.finish()
    const capture = this.captures.at(-1)
    if (capture?.depth === this.path.length) {
      this.captures.pop()
      capture.done(capture.text.toString())
    }
    const local = withoutPrefix(name)
    if (BLOCKS.has(local)) this.captures.at(-1)?.text.gap(local)
    if (UNREAD.has(local)) this.unread--
    if (name === 'sub-article' || name === 'response') this.subArticles--
    if (name === 'fig') this.closeFigure()
    if (name === 'fig-group') this.closeGroup()
    this.path.pop()
    return null
  }

  private capture(done: (text: string) => void, limit = MAX_TEXT): void {
    this.captures.push({ text: new RunningText(limit), done, depth: this.path.length })
  }

  private openInFront(name: string, local: string, parent: string, attributes: Attributes): void {
    const { article } = this
    if (parent === 'article-meta' || parent === 'front') {
      if (name === 'article-id') this.capture((text) => this.setId(attributes['pub-id-type'] ?? '', text))
      else if (name === 'related-article') this.addRelated(attributes)
      else if (name === 'abstract' || name === 'trans-abstract') {
        const main = name === 'abstract' && !attributes['abstract-type']
        this.capture((text) => this.abstracts.push({ main, text }))
      }
    } else if (name === 'article-title' && parent === 'title-group') {
      this.capture((text) => {
        article.title ||= text
      }, 1000)
    } else if (name === 'journal-title' && this.path.includes('journal-meta')) {
      this.capture((text) => {
        article.journal ||= text
      }, 500)
    } else if (name === 'year' && parent === 'pub-date') {
      this.capture((text) => {
        const year = /\b(1[5-9]\d\d|20\d\d)\b/.exec(text)
        if (year) article.year = Math.min(article.year ?? Number(year[1]), Number(year[1]))
      }, 100)
    } else if (name === 'kwd-group') {
      this.keywordGroup = attributes['kwd-group-type'] ?? ''
    } else if (name === 'kwd' && !/badge|importance|strength/.test(this.keywordGroup)) {
      this.capture((text) => {
        const empty = text === '' || (this.keywordGroup === 'research-organism' && /^(none|other)$/i.test(text))
        if (!empty && article.keywords.length < 200) article.keywords.push(text)
      }, 300)
    } else if (this.path[1] === 'article-meta' && this.path[2] === 'permissions') {
      this.openInLicence(local, attributes, article.licence)
    }
  }

  private openInLicence(local: string, attributes: Attributes, licence: LicenceText): void {
    if (local === 'license') {
      const url = href(attributes)
      if (url) licence.url ??= url
      const type = attributes['license-type'] ?? ''
      this.capture((text) => {
        licence.text ||= text || type
      }, 2000)
    } else if (local === 'license_ref') {
      // An address of its own; it stays out of the words of the licence.
      this.capture((text) => {
        if (text !== '') licence.url ??= text
      }, 2000)
    } else if (local === 'ext-link' && this.path.includes('license')) {
      const url = href(attributes)
      if (url && /creativecommons|licen[cs]e/i.test(url)) licence.url ??= url
    }
  }

  private setId(kind: string, text: string): void {
    const { article } = this
    if (kind === 'doi') article.doi ??= plainDoi(text)
    else if (kind === 'pmid') article.pmid ??= plainPmid(text)
    else if (kind === 'pmc' || kind === 'pmcid') article.pmcid ??= plainPmcid(text)
  }

  private addRelated(attributes: Attributes): void {
    const relation = RELATIONS[(attributes['related-article-type'] ?? '').toLowerCase()]
    const address = href(attributes) ?? ''
    if (!relation || address === '') return
    const kind = attributes['ext-link-type'] ?? ''
    const doi = plainDoi(address)
    const pmid = doi === null && /pubmed|pmid/.test(kind) ? plainPmid(address) : null
    const pmcid = doi === null && /pmc/.test(kind) ? plainPmcid(address) : null
    if (doi === null && pmid === null && pmcid === null) return
    const same = this.article.related.some(
      (known) => known.kind === relation[0] && known.doi === doi && known.pmid === pmid && known.pmcid === pmcid,
    )
    if (!same) this.article.related.push({ kind: relation[0], direction: relation[1], doi, pmid, pmcid })
  }

  private isInFigure(parent: string): boolean {
    return this.figures.length > 0 || parent === 'fig-group' || (this.groups.length > 0 && parent !== 'fig')
  }

  private openFigure(attributes: Attributes): void {
    const number = this.article.figures.length + 1
    const wanted = (attributes.id ?? '').replaceAll(/[^\w.-]+/g, '_').slice(0, 80) || `figure-${number}`
    const id = this.ids.has(wanted) ? `${wanted}-${number}` : wanted
    this.ids.add(id)
    const group = this.groups.at(-1)
    const outer = this.figures.at(-1)?.figure ?? null
    const figure: ArticleFigure = {
      id,
      label: '',
      caption: '',
      graphics: [],
      parent: outer?.id ?? (attributes['specific-use'] === 'child-fig' ? (group?.first?.id ?? null) : null),
      licence: null,
      credit: null,
    }
    if (group) {
      group.first ??= figure
      group.members.push(figure)
    }
    this.article.figures.push(figure)
    this.figures.push({ figure, depth: this.path.length, permissions: '' })
  }

  private openInFigure(name: string, parent: string, attributes: Attributes): void {
    const open = this.figures.at(-1)
    const inside = open ? this.path.slice(open.depth) : []
    if (!open) {
      const group = this.groups.at(-1)!
      if (name === 'caption' && parent === 'fig-group') {
        this.capture((text) => {
          group.caption ||= text
        })
      } else if (name === 'label' && parent === 'fig-group') {
        this.capture((text) => {
          group.label ||= text
        }, 300)
      }
    } else if (name === 'label' && parent === 'fig') {
      this.capture((text) => {
        open.figure.label ||= text
      }, 300)
    } else if (name === 'caption' && parent === 'fig') {
      this.capture((text) => {
        open.figure.caption ||= text
      })
    } else if (name === 'graphic' && !inside.includes('caption') && !inside.includes('disp-formula')) {
      const address = href(attributes)
      // Alternatives are versions of one picture; the first is enough.
      if (address && !(parent === 'alternatives' && open.figure.graphics.length > 0)) open.figure.graphics.push(address)
    } else if (name === 'attrib' && parent === 'fig') {
      this.capture((text) => {
        open.figure.credit ??= text || null
      }, 2000)
    } else if (inside.includes('permissions')) {
      if (name === 'license') open.figure.licence ??= { text: '', url: null }
      if (name === 'copyright-statement') {
        this.capture((text) => {
          open.permissions = text
        }, 2000)
      } else if (open.figure.licence) this.openInLicence(withoutPrefix(name), attributes, open.figure.licence)
    }
  }

  private closeFigure(): void {
    const closed = this.figures.pop()!
    const { figure, permissions } = closed
    const ownLicence = figure.licence === null ? '' : `${figure.licence.text} ${figure.licence.url ?? ''}`
    if (/all rights reserved/i.test(permissions) || /with permission|not covered/i.test(ownLicence)) {
      figure.licence = { text: 'all rights reserved', url: null }
    }
    if (permissions !== '') figure.credit ??= permissions
  }

  /** What a group says counts for each of its figures. */
  private closeGroup(): void {
    const { caption, label, members } = this.groups.pop()!
    for (const figure of members) {
      if (caption !== '') figure.caption = figure.caption === '' ? caption : `${caption} ${figure.caption}`
      if (figure.label === '') figure.label = label
    }
  }

  private finish(): Article {
    const { article, abstracts } = this
    article.abstract = [...abstracts.filter(({ main }) => main), ...abstracts.filter(({ main }) => !main)]
      .map(({ text }) => text)
      .filter((text) => text !== '')
      .join(' ')
      .slice(0, MAX_TEXT)
    return article
  }
}

/** "mml:math" -> "math". */
function withoutPrefix(name: string): string {
  const colon = name.indexOf(':')
  return colon === -1 ? name : name.slice(colon + 1)
}

/** The address of an element, whatever prefix the file gives the XLink namespace. */
function href(attributes: Attributes): string | null {
  for (const name in attributes)
    if (name === 'xlink:href' || withoutPrefix(name) === 'href') return attributes[name]!.trim()
  return null
}

import { describe, expect, test } from 'vitest'
import { jatsArticle, jatsFigure } from '../testing/jatsArticle.ts'
import type { Article } from './article.ts'
import { JatsParser, parseJats } from './parser.ts'

function read(xml: string | Uint8Array): Article {
  const found = parseJats(typeof xml === 'string' ? Buffer.from(xml) : xml, 'a.xml')
  expect(found).toHaveLength(1)
  return found[0]!
}

test('reads what describes an article', () => {
  const meta =
    '<article-id pub-id-type="pmc">42</article-id><article-id pub-id-type="pmid">7</article-id><abstract><title>Summary</title><p>Short.</p></abstract>'
  expect(read(jatsArticle({ meta }))).toMatchObject({
    doi: '10.1234/test.1',
    pmcid: 'PMC42',
    pmid: '7',
    title: 'On tests',
    journal: 'Journal of Tests',
    year: 2018,
    type: 'research-article',
    keywords: ['testing', 'X2'],
    abstract: 'Summary. Short.',
    licence: { url: 'http://creativecommons.org/licenses/by/4.0/', text: 'Open.' },
    figures: [],
    related: [],
  })
})

test('a caption is the running text of its title and paragraphs, without formula source', () => {
  const caption =
    '<title>Scans of <italic>two</italic> patients</title><p>(<bold>A</bold>) CT&#160;of&nbsp;one <inline-formula><alternatives><tex-math>\\alpha</tex-math><mml:math><mml:mi>α</mml:mi></mml:math></alternatives></inline-formula>.</p>\n<p>See <xref ref-type="fig" rid="f2">Figure 2</xref>; 1&lt;2.</p>'
  const [figure] = read(jatsArticle({ body: jatsFigure('f1', caption) })).figures
  expect(figure).toMatchObject({
    id: 'f1',
    label: 'Figure f1',
    caption: 'Scans of two patients. (A) CT of one α. See Figure 2; 1<2.',
    graphics: ['f1'],
  })
})

test('supplements have the main figure as parent, a group lends its caption', () => {
  const nested = `<fig id="f2"><caption><p>Main</p></caption><graphic xlink:href="f2"/><p><fig id="f2s1" specific-use="child-fig"><caption><p>Nested</p></caption></fig></p></fig>`
  const group = `<fig-group>${jatsFigure('f1', '<p>One</p>')}${jatsFigure('f1s1', '<p>Two</p>').replace('<fig ', '<fig specific-use="child-fig" ')}</fig-group>`
  const captioned = `<fig-group><label>Fig 9</label><caption><title>All</title></caption><fig id="g1"><caption><p>left</p></caption></fig><fig id="g2"/></fig-group>`
  const { figures } = read(jatsArticle({ body: nested + group + captioned }))
  expect(figures.map(({ id, parent, caption }) => [id, parent, caption])).toEqual([
    ['f2', null, 'Main'],
    ['f2s1', 'f2', 'Nested'],
    ['f1', null, 'One'],
    ['f1s1', 'f1', 'Two'],
    ['g1', null, 'All. left'],
    ['g2', null, 'All.'],
  ])
  expect(figures[4]!.label).toBe('Fig 9')
})

test('of alternatives one picture is taken, other pictures count; formulas and equal ids do not disturb', () => {
  const body = `<fig id="x"><caption><p>a <disp-formula><graphic xlink:href="eq"/></disp-formula></p></caption><alternatives><graphic xlink:href="big"/><graphic xlink:href="small"/></alternatives></fig><fig id="x"><graphic xlink:href="p1"/><graphic xlink:href="p2"/></fig>`
  const { figures } = read(jatsArticle({ body }))
  expect(figures.map(({ id, graphics }) => [id, graphics])).toEqual([
    ['x', ['big']],
    ['x-2', ['p1', 'p2']],
  ])
})

test("a figure's own licence counts for it alone", () => {
  const reserved = '<permissions><copyright-statement>© 2004. All rights reserved</copyright-statement></permissions>'
  const open =
    '<permissions><license xlink:href="https://creativecommons.org/licenses/by-nc/4.0/"><license-p>x</license-p></license></permissions>'
  const body =
    jatsFigure('a', '<p>a</p>', 'a', reserved) + jatsFigure('b', '<p>b</p>', 'b', open) + jatsFigure('c', '<p>c</p>')
  expect(read(jatsArticle({ body })).figures.map(({ licence }) => licence)).toEqual([
    { text: 'all rights reserved', url: null },
    { text: 'x', url: 'https://creativecommons.org/licenses/by-nc/4.0/' },
    null,
  ])
})

test('what a sub-article says of itself does not describe the article; its figures count', () => {
  const sub = `<sub-article><front-stub><title-group><article-title>Reply</article-title></title-group></front-stub><body>${jatsFigure('r1', '<p>r</p>')}</body></sub-article>`
  const article = read(jatsArticle().replace('</article>', `${sub}</article>`))
  expect(article.title).toBe('On tests')
  expect(article.figures.map(({ id }) => id)).toEqual(['r1'])
})

test('finds notices in both directions and every form of address', () => {
  const related = (type: string, href: string, kind = 'doi') =>
    `<related-article related-article-type="${type}" ext-link-type="${kind}" xlink:href="${href}"/>`
  const meta =
    related('retracted-article', 'info:doi/10.1371/journal.pone.0035142', 'uri') +
    related('corrected-article', '26052337', 'pubmed') +
    related('correction-forward', 'https://doi.org/10.5555/ABC') +
    related('retraction-forward', 'PMC77', 'pmc') +
    related('object-of-concern', '10.5555/x') +
    related('companion', '10.5555/y') +
    related('object-of-concern', '10.5555/x')
  expect(read(jatsArticle({ meta })).related).toEqual([
    { kind: 'retraction', direction: 'about', doi: '10.1371/journal.pone.0035142', pmid: null, pmcid: null },
    { kind: 'correction', direction: 'about', doi: null, pmid: '26052337', pmcid: null },
    { kind: 'correction', direction: 'by', doi: '10.5555/ABC', pmid: null, pmcid: null },
    { kind: 'retraction', direction: 'by', doi: null, pmid: null, pmcid: 'PMC77' },
    { kind: 'concern', direction: 'about', doi: '10.5555/x', pmid: null, pmcid: null },
  ])
})

test('reads a set of articles in pieces of any size', () => {
  const set = `<pmc-articleset>${[1, 2, 3].map((n) => jatsArticle({ doi: `10.1234/${n}`, title: `Ünïcode ${n}` }).replace(/^<\?xml.*?\?>/, '')).join('')}</pmc-articleset>`
  const bytes = Buffer.from(set)
  const parser = new JatsParser('set.xml')
  const articles: Article[] = []
  for (let at = 0; at < bytes.length; at += 7) articles.push(...parser.write(bytes.subarray(at, at + 7)))
  articles.push(...parser.end())
  expect(articles.map(({ doi, title }) => [doi, title])).toEqual([1, 2, 3].map((n) => [`10.1234/${n}`, `Ünïcode ${n}`]))
})

test('reads other encodings by mark or statement', () => {
  const latin = Buffer.from(jatsArticle({ title: 'Größe' }).replace('UTF-8', 'ISO-8859-1'), 'latin1')
  expect(read(latin).title).toBe('Größe')
  const wide = Buffer.from(`\ufeff${jatsArticle({ title: 'Größe' }).replace('UTF-8', 'UTF-16')}`, 'utf16le')
  expect(read(wide).title).toBe('Größe')
})

test('passes over a DOCTYPE of an external DTD and knows the usual characters', () => {
  const doctype = '<!DOCTYPE article PUBLIC "-//NLM//DTD JATS" "http://127.0.0.1:9/never-fetched.dtd">'
  expect(read(jatsArticle({ doctype, title: 'a&ndash;b &unknown; c' })).title).toBe('a–b &unknown; c')
})

describe('refuses', () => {
  const bomb = `<!DOCTYPE article [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>`
  const cases: [what: string, xml: string | Uint8Array, why: RegExp][] = [
    ['an entity bomb', jatsArticle({ doctype: bomb, title: '&b;' }), /declares entities/],
    [
      'an external entity',
      jatsArticle({ doctype: '<!DOCTYPE article [<!ENTITY x SYSTEM "file:///etc/passwd">]>', title: '&x;' }),
      /declares entities/,
    ],
    [
      'a parameter entity',
      jatsArticle({ doctype: '<!DOCTYPE article [<!ENTITY % p SYSTEM "http://127.0.0.1:9/p">%p;]>' }),
      /declares entities/,
    ],
    ['what is nested too deep', jatsArticle({ body: '<sec>'.repeat(500) + '</sec>'.repeat(500) }), /nested deeper/],
    ['a file that ends early', jatsArticle().slice(0, 700), /not well-formed/],
    ['tags that do not match', jatsArticle({ body: '<p></sec>' }), /not well-formed/],
    ['bytes that are not the stated encoding', Buffer.from(jatsArticle({ title: 'Größe' }), 'latin1'), /not utf-8/],
    ['an unknown encoding', jatsArticle().replace('UTF-8', 'klingon-8'), /klingon-8/],
    ['what is no article', '<html><body/></html>', /no <article>/],
    ['an empty file', '', /not well-formed|no <article>/],
    ['what is no XML', 'PK\u0003\u0004', /not well-formed/],
  ]
  test.each(cases)('%s, naming the file', (_, xml, why) => {
    const bytes = typeof xml === 'string' ? Buffer.from(xml) : xml
    expect(() => parseJats(bytes, 'bad/a.xml')).toThrow(expect.objectContaining({ code: 'BAD_INPUT' }))
    expect(() => parseJats(bytes, 'bad/a.xml')).toThrow(why)
    expect(() => parseJats(bytes, 'bad/a.xml')).toThrow(/bad\/a\.xml/)
  })
})

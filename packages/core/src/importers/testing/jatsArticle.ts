/** A small article with the given parts; the defaults make it whole. */
export function jatsArticle({
  doi = '10.1234/test.1',
  title = 'On <italic>tests</italic>',
  type = 'research-article',
  meta = '',
  body = '',
  doctype = '',
}: Partial<Record<'doi' | 'title' | 'type' | 'meta' | 'body' | 'doctype', string>> = {}): string {
  return `<?xml version="1.0" encoding="UTF-8"?>${doctype}
<article xmlns:xlink="http://www.w3.org/1999/xlink" xmlns:ali="http://www.niso.org/schemas/ali/1.0/" article-type="${type}">
<front><journal-meta><journal-title-group><journal-title>Journal of Tests</journal-title></journal-title-group></journal-meta>
<article-meta><article-id pub-id-type="doi">${doi}</article-id>
<title-group><article-title>${title}</article-title></title-group>
<pub-date><day>1</day><month>2</month><year>2019</year></pub-date><pub-date><year>2018</year></pub-date>
<permissions><license><ali:license_ref>http://creativecommons.org/licenses/by/4.0/</ali:license_ref><license-p>Open.</license-p></license></permissions>
<kwd-group><kwd>testing</kwd><kwd>X<sub>2</sub></kwd></kwd-group>${meta}</article-meta></front>
<body>${body}</body></article>`
}

/** A figure element. */
export function jatsFigure(id: string, caption: string, graphic = id, more = ''): string {
  return `<fig id="${id}"><label>Figure ${id}</label><caption>${caption}</caption><graphic xlink:href="${graphic}"/>${more}</fig>`
}

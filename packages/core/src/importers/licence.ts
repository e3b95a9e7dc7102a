import type { LicenceGroup } from '../contracts/index.ts'

/**
 * Sorts a licence by what it allows: commercial use, non-commercial use only, or anything else. Reads the words and
 * the address, whichever says more. In this order:
 * 1. what keeps the rights ("all rights reserved", "reproduced with permission") is `other`, whatever else is named;
 * 2. NC is `non-commercial`, NC-ND too;
 * 3. ND without NC is `other`: pictures are made smaller and panels cut out, which ND does not allow to be passed on;
 * 4. CC BY, CC BY-SA, CC0, public domain and permissive software licences are `commercial`;
 * 5. unknown words and publishers' own terms are `other`.
 */
export function licenceGroup(licence: string | null, url: string | null = null): LicenceGroup {
  const text = flat(licence, url)
  if (/^(copyright-|©-)?([^.]*-)?all-rights-reserved|reproduced-.{0,160}with-permission|not-covered-by/.test(text))
    return 'other'
  if (NON_COMMERCIAL.test(text)) return 'non-commercial'
  if (NO_CHANGES.test(text)) return 'other'
  return OPEN.test(text) ? 'commercial' : 'other'
}

/** False where the licence forbids to pass on changed versions (ND), as a cut-out panel is one. */
export function allowsChanges(licence: string): boolean {
  return !NO_CHANGES.test(flat(licence, null))
}

/** Short name of a licence: "CC BY 4.0", "CC0 1.0", "Public domain"; the words themselves where none is recognised. */
export function licenceName(licence: string | null, url: string | null = null): string {
  const addressed = nameOfAddress(`${url ?? ''} ${licence ?? ''}`)
  if (addressed !== null && licenceGroup(addressed) === licenceGroup(licence, url)) return addressed
  const text = flat(licence, url)
  if (licenceGroup(licence, url) === 'other' && !NO_CHANGES.test(text))
    return (licence ?? url ?? '').trim().slice(0, 200)
  const version =
    /(?:licen[cs]es?-|zero-|cc0-|by(?:-nc|-sa|-nd)*-v?|international-|attribution[a-z-]{0,60}?-)v?([1-4]\.\d)(?:-|$)/.exec(
      text,
    )?.[1]
  const end = version ? ` ${version}` : ''
  if (/cc0|cc-?zero|publicdomain-zero/.test(text)) return `CC0${end}`
  if (/public-?domain/.test(text)) return 'Public domain'
  const parts = [
    NON_COMMERCIAL.test(text) ? '-NC' : '',
    NO_CHANGES.test(text) ? '-ND' : '',
    /share-?alike|by(-nc)?-sa(-|$)/.test(text) ? '-SA' : '',
  ].join('')
  if (/cc-?by|licen[cs]es?-by|creative-commons|creativecommons|by-n[cd]|attribution-/.test(text))
    return `CC BY${parts}${end}`
  return (licence ?? '').trim().slice(0, 200)
}

/** What a Creative Commons address says; words beside it may speak of other things ("CC0 applies to the data"). */
function nameOfAddress(text: string): string | null {
  const found =
    /creativecommons\.org\/(?:licen[cs]es\/(by(?:-(?:nc|nd|sa))*)|publicdomain\/(zero|mark))(?:\/(\d\.\d))?/i.exec(text)
  if (!found) return null
  const [, kind, domain, version] = found
  if (domain === 'mark') return 'Public domain'
  return `${kind ? `CC ${kind.toUpperCase()}` : 'CC0'}${version ? ` ${version}` : ''}`
}

const NON_COMMERCIAL = /non-?commercial|by-?nc|(^|-)nc(-|$)/
const NO_CHANGES = /no-?deriv|by(-nc)?-nd(-|$)|(^|-)nd(-|$)/
const OPEN =
  /cc-?0|cc-?zero|public-?domain|cc-?by|licen[cs]es-by(-|$)|creative-?commons-attribution|creativecommonsby|(^|-)(mit|apache|bsd|isc|unlicense)(-|$)|^by(-sa)?(-|$)/

/** Lower case, every kind of gap one hyphen. */
function flat(licence: string | null, url: string | null): string {
  return `${licence ?? ''} ${url ?? ''}`
    .toLowerCase()
    .trim()
    .replaceAll(/[\s_/‐-―]+/g, '-')
}

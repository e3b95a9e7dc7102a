import type { LicenceGroup } from '../contracts/index.ts'

/**
 * Sorts a licence by what it allows: commercial use, non-commercial use only, or anything that cannot be told
 * (the three groups of the BIOMEDICA archive). Reads the words and the address, whichever says more.
 */
export function licenceGroup(licence: string | null, url: string | null = null): LicenceGroup {
  const text = `${licence ?? ''} ${url ?? ''}`.toLowerCase().replaceAll(/[\s_/]+/g, '-')
  if (/non-?commercial|by-nc|-nc(-|$)/.test(text)) return 'non-commercial'
  if (/cc0|cc-?zero|publicdomain|public-domain|cc-?by|licenses-by|creative-commons-attribution/.test(text)) {
    return 'commercial'
  }
  if (/(^|-)(mit|apache|bsd|isc|unlicense)(-|$)/.test(text)) return 'commercial'
  return 'other'
}

/** "https://doi.org/10.1/X", "info:doi/10.1/X", "doi:10.1/X" -> "10.1/X"; null where there is no DOI in it. */
export function plainDoi(text: string | null | undefined): string | null {
  const found = /10\.\d{4,9}\/\S+/.exec(decodeSafely(text ?? ''))
  return found ? found[0].replace(/[.,;)]+$/, '') : null
}

/** "PMC 123", "pmc123", "123" -> "PMC123". */
export function plainPmcid(text: string | null | undefined): string | null {
  const found = /^(?:pmc)?\s*(\d{1,12})(?:\.\d+)?$/i.exec((text ?? '').trim())
  return found ? `PMC${found[1]}` : null
}

/** A PubMed number without anything around it. */
export function plainPmid(text: string | null | undefined): string | null {
  const found = /^(?:pmid:?)?\s*(\d{1,12})$/i.exec((text ?? '').trim())
  return found ? found[1]! : null
}

/** How an article is called in a corpus: PMCID, else DOI, else PMID, in lower case; empty where it has none. */
export function articleKey(ids: { pmcid: string | null; doi: string | null; pmid: string | null }): string {
  return (ids.pmcid ?? ids.doi ?? (ids.pmid ? `pmid${ids.pmid}` : '')).toLowerCase()
}

function decodeSafely(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

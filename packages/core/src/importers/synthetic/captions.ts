import type { Random } from '../../contracts/index.ts'
import { type SyntheticDomain, type SyntheticFinding, syntheticDomains } from './domains.ts'

/** Share of captions that name only domain and site, as many captions of the literature do. */
const COARSE = 0.25
/** Share of captions that also name another domain with the same site or finding. */
const TRAPS = 0.15

interface Words {
  picture: string
  site: string
  word: string
  who: string
}

const FINE: readonly ((words: Words) => string)[] = [
  ({ picture, site, word }) => `${picture} of the ${site} showing ${word}`,
  ({ picture, site, word }) => `${word} in the ${site}, ${picture}`,
  ({ picture, word, who }) => `${picture} of ${who} with ${word}`,
  ({ picture, site, word }) => `${picture} photo of ${word} in the ${site}`,
  ({ picture, word, who }) => `${word}: ${picture} in ${who}`,
  ({ picture, site, word, who }) => `${who}. ${picture} of the ${site}, diagnosis ${word}`,
]

const GENERAL: readonly ((words: Words) => string)[] = [
  ({ picture, site }) => `${picture} of the ${site}`,
  ({ picture, site, who }) => `${picture} of the ${site} in ${who}`,
  ({ picture, site }) => `representative ${picture}, ${site}`,
]

const TRAP: readonly ((other: string, site: string, word: string) => string)[] = [
  (other, site, word) => `${other} of the ${site} later confirmed ${word}`,
  (other, site, word) => `For ${word} in the ${site} see the ${other} photo`,
  (other, _site, word) => `${word} had been suspected on ${other}`,
]

/** A caption as an author might write it, now and then with a sentence that leads into another domain. */
export function syntheticCaption(domain: SyntheticDomain, finding: SyntheticFinding, random: Random): string {
  const words = {
    picture: random.uniform() < 0.5 ? domain.pictures[0]! : random.pick(domain.pictures),
    site: finding.site,
    word: random.uniform() < 0.6 ? finding.words[0]! : random.pick(finding.words),
    who: `a ${20 + random.int(60)}-year-old ${random.pick(['man', 'woman', 'patient'])}`,
  }
  const text = random.pick(random.uniform() < COARSE ? GENERAL : FINE)(words)
  const others = neighbours(domain, finding)
  if (others.length === 0 || random.uniform() >= TRAPS) return sentence(text)
  const other = random.pick(others)
  return `${sentence(text)} ${sentence(random.pick(TRAP)(other.keyword, finding.site, finding.words[0]!))}`
}

/** Other domains that use the same words for the finding or, failing that, look at the same site. */
function neighbours(domain: SyntheticDomain, finding: SyntheticFinding): SyntheticDomain[] {
  const others = syntheticDomains.filter((other) => other !== domain)
  const same = others.filter(({ findings }) => findings.some(({ words }) => words[0] === finding.words[0]))
  if (same.length > 0) return same
  return others.filter(({ findings }) => findings.some(({ site }) => site === finding.site))
}

function sentence(text: string): string {
  return `${text[0]!.toUpperCase()}${text.slice(1)}.`
}

import { builtInVocabulary, type Vocabulary } from '../../retrieve/vocabulary.ts'
import { terms } from '../../stores/terms.ts'

/** A place in the hierarchy domain / site / finding, from the top. */
export type Concept = readonly string[]

/** Words of the vocabulary in texts, and how close two places of its hierarchy are. */
export class MedicalTerms {
  /** Leaves below each concept, by joined name; '' is the root. */
  private readonly leaves = new Map<string, number>()
  private readonly domains: { name: string; words: string[] }[]
  private readonly paths: { domain: string; site: string; finding: string }[] = []

  constructor(vocabulary: Vocabulary = builtInVocabulary()) {
    this.domains = vocabulary.domains.map(({ keyword, aliases }) => ({
      name: keyword,
      words: [keyword, ...aliases].map(plain),
    }))
    for (const { keyword, blocks } of vocabulary.domains) {
      for (const { sites, findings } of blocks) {
        for (const site of sites) {
          for (const finding of findings) {
            const path = [plain(keyword), plain(site), plain(finding)]
            this.paths.push({ domain: keyword, site: path[1]!, finding: path[2]! })
            for (let depth = 0; depth <= 3; depth++) {
              const key = path.slice(0, depth).join('/')
              this.leaves.set(key, (this.leaves.get(key) ?? 0) + 1)
            }
          }
        }
      }
    }
  }

  /** All sites and findings, in lower case. */
  all(): string[] {
    const names = this.paths.flatMap(({ site, finding }) => [site, finding]).map((name) => name.trim())
    return [...new Set(names)].filter((name) => name !== '')
  }

  /** Sites and findings that a text names, in lower case. */
  namedIn(text: string): string[] {
    const words = plain(text)
    return this.all().filter((name) => words.includes(` ${name} `))
  }

  /**
   * The most specific concepts that a text names: findings at the sites it names (at all sites where it names none),
   * else sites, else domains; of the domains it names, if any.
   */
  conceptsIn(text: string): Concept[] {
    const words = plain(text)
    const named = this.domains.filter(({ words: names }) => names.some((name) => words.includes(name)))
    const domains = new Set(named.map(({ name }) => name))
    const within = this.paths.filter(({ domain }) => domains.size === 0 || domains.has(domain))
    const found = within.filter(({ finding }) => words.includes(finding))
    if (found.length > 0) {
      const placed = found.filter(({ site }) => site.trim() !== '' && words.includes(site))
      return unique(
        (placed.length > 0 ? placed : found).map(({ domain, site, finding }) => [plain(domain), site, finding]),
      )
    }
    const sites = within.filter(({ site }) => site.trim() !== '' && words.includes(site))
    if (sites.length > 0) return unique(sites.map(({ domain, site }) => [plain(domain), site]))
    return named.map(({ name }) => [plain(name)])
  }

  /** Lin 1998: 2 IC(lowest common ancestor) / (IC(a) + IC(b)), in [0, 1]; IC = -log of the share of leaves below. */
  similarity(a: Concept, b: Concept): number {
    let shared = 0
    while (shared < Math.min(a.length, b.length) && a[shared] === b[shared]) shared++
    const total = this.information(a) + this.information(b)
    return total === 0 ? 0 : (2 * this.information(a.slice(0, shared))) / total
  }

  private information(concept: Concept): number {
    const below = this.leaves.get(concept.join('/'))
    return below === undefined ? 0 : Math.log(this.leaves.get('')! / below)
  }
}

/** Lower-case words with one space between and around them, so that whole words are found by `includes`. */
function plain(text: string): string {
  return ` ${terms(text).join(' ')} `
}

function unique(concepts: string[][]): Concept[] {
  return [...new Map(concepts.map((concept) => [concept.join('/'), concept])).values()]
}

import { z } from 'zod'
import json from './vocabulary.json' with { type: 'json' }

const vocabulary = z.object({
  note: z.string(),
  domains: z.array(
    z.object({
      keyword: z.string(),
      /** Other words for the domain, lower case. */
      aliases: z.array(z.string()),
      /** Every site goes with every finding of its block; an empty site is left out of the question. */
      blocks: z.array(z.object({ sites: z.array(z.string()), findings: z.array(z.string()) })),
    }),
  ),
})
export type Vocabulary = z.infer<typeof vocabulary>

let parsed: Vocabulary | null = null

/** The imaging domains, sites and findings that come with the product (docs/retrieval.md says how it was made). */
export function builtInVocabulary(): Vocabulary {
  parsed ??= vocabulary.parse(json)
  return parsed
}

/** The domain keywords of the zero-shot domain classifier and of the uniform reference set. */
export function domainKeywords(from: Vocabulary = builtInVocabulary()): string[] {
  return from.domains.map((domain) => domain.keyword)
}

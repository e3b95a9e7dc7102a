import type { Question } from '../contracts/index.ts'
import { domainKeywords, questionPool } from '../retrieve/index.ts'

/** The questions of the uniform set: every domain keyword once, nothing about the tasks. */
export function uniformQuestions(): Question[] {
  const keywords = new Set(domainKeywords())
  const found: Question[] = []
  for (const question of questionPool()) {
    if (keywords.delete(question.domain)) found.push(question) // the first question of a domain names only the domain
  }
  return found
}

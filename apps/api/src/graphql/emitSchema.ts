import { lexicographicSortSchema, printSchema } from 'graphql'
import { makeSchema } from './schema.ts'

/** The schema as text, types and fields in alphabetical order. */
export function emitSchema(): string {
  return `# Emitted from apps/api/src/graphql; never edited. See emit.ts.\n\n${printSchema(lexicographicSortSchema(makeSchema()))}\n`
}

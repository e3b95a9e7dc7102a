import { buildSchema, parse, validate } from 'graphql'
import { expect, it } from 'vitest'
import { limitRules, limits } from './limits.ts'

const schema = buildSchema('type Query { again: Query! leaf: Int }')
const messages = (document: string) => validate(schema, parse(document), limitRules).map((error) => error.message)
const nested = (depth: number) => `${'{ again '.repeat(depth - 1)}{ leaf }${' }'.repeat(depth - 1)}`

it('allows documents up to the depth and no deeper, fragments counted', () => {
  expect(messages(nested(limits.depth))).toEqual([])
  expect(messages(nested(limits.depth + 1))[0]).toContain('deep')
  const fragment = `fragment F on Query ${nested(limits.depth)}`
  expect(messages(`{ ...F } ${fragment}`)).toEqual([])
  expect(messages(`{ again { ...F } } ${fragment}`)[0]).toContain('deep')
})

it('is not led round in circles by fragments', () => {
  expect(messages('{ ...A } fragment A on Query { again { ...B } } fragment B on Query { again { ...A } }')).toEqual([])
})

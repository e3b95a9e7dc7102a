import { expect, it } from 'vitest'
import { curl, python } from './snippets.ts'

it('escapes single quotes for the shell', () => {
  expect(curl('http://x/graphql', 'query {\n  a\n}', { q: "Crohn's" })).toContain(`Crohn'\\''s`)
})

it('writes variables as a string that Python reads back', () => {
  const code = python('http://x/graphql', 'query { a }', { question: 'say "hi"', exact: true })
  expect(code).toContain('json.loads("{\\"question\\":\\"say \\\\\\"hi\\\\\\"\\",\\"exact\\":true}")')
})

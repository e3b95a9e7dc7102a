import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { buildSchema, parse, validate } from 'graphql'
import { expect, it } from 'vitest'
import { emitSchema } from './emitSchema.ts'

it('emits exactly the committed schema', () => {
  expect(readFileSync(join(import.meta.dirname, '..', '..', 'schema.graphql'), 'utf8')).toBe(emitSchema())
})

const files = readdirSync(import.meta.dirname, { recursive: true, encoding: 'utf8' })
it.each(files.filter((path) => path.endsWith('examples.graphql')).sort())('fits %s', (path) => {
  const examples = parse(readFileSync(join(import.meta.dirname, path), 'utf8'))
  expect(validate(buildSchema(emitSchema()), examples)).toEqual([])
})

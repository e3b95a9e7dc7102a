import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { emitSchema } from './emitSchema.ts'

it('emits exactly the committed schema', () => {
  expect(readFileSync(join(import.meta.dirname, '..', '..', 'schema.graphql'), 'utf8')).toBe(emitSchema())
})

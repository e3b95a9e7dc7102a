import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { graphql, parse, validate } from 'graphql'
import { expect, it } from 'vitest'
import { makeSchema } from '../schema.ts'

it('lists every add-on with the schema of its parameters, as the examples ask for it', async () => {
  const schema = makeSchema()
  const source = await readFile(join(import.meta.dirname, 'examples.graphql'), 'utf8')
  expect(validate(schema, parse(source))).toEqual([])
  const { data, errors } = await graphql({ schema, source })
  expect(errors).toBeUndefined()
  const addOns = data!.addOns as Record<string, unknown>[]
  expect(addOns.map(({ key }) => key)).toEqual(expect.arrayContaining(['ties-merge', 'stress', 'mds', 'ra-moe']))
  for (const { needs, parameters } of addOns) {
    expect(['nothing', 'reference']).toContain(needs)
    expect(parameters).toMatchObject({ type: 'object', properties: expect.any(Object) })
  }
})

import { expect, it } from 'vitest'
import { readAddOns } from './addOns.ts'
import { fieldsOf } from './schemaForm.ts'

const fields = fieldsOf({ properties: { share: { type: 'number', minimum: 0, maximum: 1, default: 0.25 } } })
const offered = [
  { key: 'stress', title: 'Stress', fields, needs: 'reference' },
  { key: 'merge', title: 'Merge', fields: [], needs: 'nothing' },
]

it('states chosen add-ons with what differs from their defaults', () => {
  const texts = { stress: { share: '0.5' } }
  expect(readAddOns(offered, ['stress', 'merge'], texts, true)).toEqual({
    values: { stress: { share: 0.5 }, merge: {} },
    errors: {},
  })
  expect(readAddOns(offered, [], texts, true).values).toEqual({})
})

it('names a bad field, and leaves out what the method cannot carry', () => {
  const texts = { stress: { share: '2' } }
  expect(Object.keys(readAddOns(offered, ['stress'], texts, true).errors)).toEqual(['stress.share'])
  expect(readAddOns(offered, ['stress'], texts, false)).toEqual({ values: {}, errors: {} })
})

import { runConfig } from '@anamnesis/core/contracts'
import { methodById } from '@anamnesis/core/methods'
import { expect, it } from 'vitest'
import type { RunRow } from '../../db/client.ts'
import { experimentOf } from './comparable.ts'

const row = (parameters: Record<string, unknown>, addOns: Record<string, object> = {}) => {
  const config = runConfig.parse({ suite: 'phantom-3', method: 'primed-dyn', parameters, addOns })
  return { method: 'primed-dyn', config, provenance: { method: { version: 1 } } } as unknown as RunRow
}

it('takes a run from before a parameter existed as one with its default', () => {
  const all = methodById('primed-dyn').parse({ alpha: 0.5 })
  const { profile: _, teacher: __, ...earlier } = all
  expect(experimentOf(row(earlier)).key).toBe(experimentOf(row(all)).key)
  expect(experimentOf(row({ ...all, teacher: 'initial' })).key).not.toBe(experimentOf(row(all)).key)
})

it('tells runs with add-ons from those without', () => {
  const keys = [row({}), row({}, { stress: { share: 0.25 } }), row({}, { stress: { share: 0.5 } })].map(
    (one) => experimentOf(one).key,
  )
  expect(new Set(keys).size).toBe(3)
})

it('keeps the parameters of a method that is no more', () => {
  const gone = { ...row({ magic: 1 }), method: 'gone' }
  expect(experimentOf(gone).config.parameters).toEqual({ magic: 1 })
})

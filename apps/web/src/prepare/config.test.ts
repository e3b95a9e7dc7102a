import { expect, it } from 'vitest'
import { flatten, settingLines } from './config.ts'

it('flattens JSON by path, keeping lists and nulls', () => {
  expect(flatten({ a: { b: 1, c: null }, d: [1, 2], e: 'x', f: {} })).toEqual([
    { path: 'a.b', value: '1' },
    { path: 'a.c', value: 'null' },
    { path: 'd', value: '[1,2]' },
    { path: 'e', value: 'x' },
    { path: 'f', value: '{}' },
  ])
})

it('puts settings that differ from their default first and never marks the choice of the run itself', () => {
  const lines = settingLines(
    { suite: 'phantom', seed: 7, batchSize: 32, learningRate: 0.001, parameters: { alpha: 2 } },
    { properties: { seed: { default: 42 }, batchSize: { default: 32 }, learningRate: { default: 0.0001 } } },
    { properties: { alpha: { default: 1 } } },
  )
  expect(lines.filter((line) => line.differs).map((line) => line.path)).toEqual(['learningRate', 'parameters.alpha'])
  expect(lines[0]).toMatchObject({ path: 'learningRate', differs: true, default: '0.0001' })
  expect(lines.find((line) => line.path === 'suite')).toMatchObject({ default: null, differs: false })
})

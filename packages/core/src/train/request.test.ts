import { describe, expect, it } from 'vitest'
import { configHash, resolveRunConfig, runConfigJsonSchema } from './request.ts'
import { tinySuite } from './testing/tinyRun.ts'

const refusal = (code: string, field: string) => expect.objectContaining({ code, field })

describe('the settings of a run', () => {
  it('are what the user set, over what the suite recommends, over the defaults', () => {
    const config = resolveRunConfig({ method: 'l2', learningRate: 0.01, seed: undefined }, tinySuite)
    expect(config).toMatchObject({
      suite: 'tiny',
      order: 'default',
      method: 'l2',
      parameters: { lambda: 1 },
      learningRate: 0.01,
      stepsPerTask: 7,
      seed: 42,
      model: 'tiny-squares',
    })
  })

  it.each([
    [{ method: 'l2', stepsPerTask: 0 }, 'BAD_INPUT', 'stepsPerTask'],
    [{ method: 'l2', speed: 3 }, 'BAD_INPUT', 'speed'],
    [{ method: 'l2', order: 'sideways' }, 'BAD_INPUT', 'order'],
    [{ method: 'magic' }, 'UNKNOWN_METHOD', 'method'],
    [{ method: 'l2', parameters: { lambda: 'big' } }, 'BAD_PARAMETERS', 'parameters.lambda'],
  ])('are refused when wrong: %j', (input, code, field) => {
    expect(() => resolveRunConfig(input, tinySuite)).toThrow(refusal(code, field))
  })

  it('have one hash however they were written down', () => {
    const one = resolveRunConfig({ method: 'l2', seed: 1, batchSize: 8 }, tinySuite)
    const two = resolveRunConfig({ batchSize: 8, seed: 1, parameters: { lambda: 1 }, method: 'l2' }, tinySuite)
    expect(configHash(one)).toBe(configHash(two))
    expect(configHash(one)).not.toBe(configHash({ ...one, seed: 2 }))
  })

  it('are described for forms, without what has its own field', () => {
    const { properties } = runConfigJsonSchema() as { properties: Record<string, unknown> }
    expect(Object.keys(properties)).not.toEqual(expect.arrayContaining(['suite', 'method', 'parameters']))
    for (const field of Object.values(properties)) {
      expect(field).toMatchObject({ title: expect.any(String), description: expect.any(String) })
    }
  })
})

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { loadBackend, tf } from '../backend/index.ts'
import { config, createMethod as create, createModel, stepInput as input, taskContext } from './testing/bench.ts'

let threads: Awaited<ReturnType<typeof loadBackend>>
beforeAll(async () => {
  threads = await loadBackend({ threads: 1 })
})
afterAll(() => threads.flush())

describe('PRIMED', () => {
  /** Gradients of one step after a move away from the anchor, by name. */
  const gradients = async (id: string, parameters: object) => {
    const model = createModel(config, 1)
    const method = create(id, model, parameters)
    await method.beginTask(taskContext())
    tf.tidy(() => {
      for (const variable of model.trainable()) variable.assign(tf.add(variable, 0.01))
    })
    const found: Record<string, Float32Array> = {}
    const values: Record<string, number> = {}
    tf.tidy(() => {
      const output = method.step(input(9))
      for (const [name, tensor] of Object.entries(output.gradients)) found[name] = tensor.dataSync<'float32'>().slice()
      for (const [name, tensor] of Object.entries(output.metrics)) values[name] = tensor.dataSync()[0]!
      for (const tensor of [...Object.values(output.gradients), ...Object.values(output.metrics)]) tensor.dispose()
    })
    method.dispose()
    model.dispose()
    return { found, values }
  }
  const difference = (a: Record<string, Float32Array>, b: Record<string, Float32Array>) =>
    Math.max(
      ...Object.keys(a).flatMap((name) => [...a[name]!].map((value, i) => Math.abs(value - (b[name]?.[i] ?? 0)))),
    )

  it('is the sum of task, knowledge and guard gradients with the guard weighted by the knowledge gradient', async () => {
    const off = { ckt: false, cmc: false, guard: false }
    const task = await gradients('primed-dyn', off)
    const knowledge = await gradients('primed-dyn', { guard: false })
    const full = await gradients('primed-dyn', { lambda: 3 })
    for (const [name, total] of Object.entries(full.found)) {
      const plain = task.found[name] ?? new Float32Array(total.length)
      const g1 = knowledge.found[name]!.map((value, i) => value - plain[i]!)
      const mean = g1.reduce((sum, g) => sum + g * g, 0) / g1.length
      if (mean < 1e-12) continue
      total.forEach((value, i) => {
        const guard = 2 * 3 * ((g1[i]! * g1[i]!) / mean) * 0.01 // the anchor is 0.01 away
        expect(Math.abs(value - (knowledge.found[name]![i]! + guard))).toBeLessThan(1e-3 * Math.max(1, Math.abs(value)))
      })
    }
    const { values } = full
    const sum = values['loss.ce']! + values['loss.ckt']! + 0.25 * values['loss.cmc']! + 3 * values['loss.guard']!
    expect(values['loss.total']).toBeCloseTo(sum, 3)
  })

  it('is fine-tuning when its losses are off: the guard falls to its floor', async () => {
    const plain = await gradients('fine-tune', {})
    const inert = await gradients('primed-dyn', { ckt: false, cmc: false })
    expect(difference(inert.found, plain.found)).toBeLessThan(1e-6)
    const zero = await gradients('primed-dyn', { alpha: 0, beta: 0 })
    expect(difference(zero.found, plain.found)).toBeLessThan(1e-6)
  })

  it('reports only the terms that are on', async () => {
    const { values } = await gradients('primed-dyn', { cmc: false, guard: false })
    expect(Object.keys(values).sort()).toEqual(['loss.ce', 'loss.ckt', 'loss.total'])
  })

  it('is the same step in the uniform and the dynamic method', async () => {
    const uniform = await gradients('primed-uni', {})
    const dynamic = await gradients('primed-dyn', {})
    expect(difference(uniform.found, dynamic.found)).toBe(0)
  })
})

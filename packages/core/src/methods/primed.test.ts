import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { loadBackend, tf } from '../backend/index.ts'
import { methodById } from './registry.ts'
import {
  config,
  createMethod as create,
  createModel,
  gradientStep,
  stepInput as input,
  taskContext,
} from './testing/bench.ts'

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

  const ABLATED = { cmc: false, guard: false }
  /** Largest gradient of CKT alone on the weights that the filter takes. */
  const transfer = async (parameters: object, of: (name: string) => boolean) => {
    const task = await gradients('primed-dyn', { ...ABLATED, ckt: false })
    const { found } = await gradients('primed-dyn', { ...ABLATED, ...parameters })
    const own = Object.fromEntries(Object.entries(found).filter(([name]) => of(name)))
    return difference(own, task.found)
  }
  const visual = (name: string) => name.startsWith('visual.')

  it('distils both towers, or one of them against the other of the teacher', async () => {
    for (const [distilled, images, texts] of [
      ['contrastive', true, true],
      ['image', true, false],
      ['text', false, true],
    ] as const) {
      expect((await transfer({ distilled }, visual)) > 1e-6).toBe(images)
      expect((await transfer({ distilled }, (name) => !visual(name))) > 1e-6).toBe(texts)
    }
  })

  it('looks at the teacher that is asked for', async () => {
    const values = await Promise.all(
      ['previous', 'initial', 'average'].map(
        async (teacher) => (await gradients('primed-dyn', { teacher })).values['loss.ckt'],
      ),
    )
    expect(new Set(values).size).toBe(3)
    const { teachers } = methodById('primed-uni').referenceOptions({ teacher: 'average' })!
    expect(teachers).toEqual(['average'])
  })

  it('holds all weights alike with l2, and none without a regulariser', async () => {
    const free = await gradients('primed-dyn', { regulariser: 'none' })
    expect(free.values).not.toHaveProperty('loss.guard')
    const held = await gradients('primed-dyn', { regulariser: 'l2', lambda: 3 })
    for (const [name, values] of Object.entries(held.found)) {
      values.forEach((value, i) => {
        const pull = value - free.found[name]![i]!
        expect(Math.abs(pull - 2 * 3 * 0.01)).toBeLessThan(2e-3 * Math.max(1, Math.abs(value)))
      })
    }
  })

  it('holds with the Fisher weights of earlier tasks with ewc, and nothing before there is one', async () => {
    const model = createModel(config, 1)
    const method = create('primed-dyn', model, { regulariser: 'ewc', fisherSamples: 3 })
    const guard = () => gradientStep(method, model, () => input(3))['loss.guard']!
    await method.beginTask(taskContext())
    expect(guard()).toBe(0)
    await method.endTask(taskContext())
    await method.beginTask(taskContext(2))
    expect(guard()).toBe(0)
    expect(guard()).toBeGreaterThan(0)
    method.dispose()
    model.dispose()
  })

  it('retrieves and mixes as its parameters say', () => {
    const options = methodById('primed-dyn').referenceOptions({
      retrieval: 'lexical',
      split: 'question',
      taskShare: 7,
    })!
    expect(options).toMatchObject({ mode: 'lexical', split: 'question', ratio: { task: 7 }, adaptive: null })
  })

  describe('with the profile adaptive', () => {
    const signals = { gap: 0.6, detail: 0.4, need: 0.2, risk: 0.1, trust: 0.6, drift: null }

    it('turns its knobs by the signals, and leaves those alone whose signal is unknown', () => {
      const model = createModel(config, 1)
      const method = create('primed-dyn', model, { profile: 'adaptive' })
      expect(method.adapt!(signals)).toEqual({
        alpha: 1,
        temperature: 1.6,
        lambda: 1.1,
        featureWeight: 0.3,
        relationWeight: 0.4,
        fisherExponent: 0.8,
        hardNegatives: expect.closeTo(0.45, 9),
      })
      const drifting = method.adapt!({ ...signals, drift: 0.06 })
      expect(drifting.alpha).toBe(2) // 1 + 0.5 (3 - 1), and no more
      expect(method.adapt!({ ...signals, drift: 0 }).alpha).toBe(1)
      method.dispose()
      const blind = create('primed-dyn', model, { profile: 'adaptive' })
      const unknown = { gap: null, detail: null, need: null, risk: null, trust: null, drift: null }
      expect(blind.adapt!(unknown)).toMatchObject({ alpha: 1, temperature: 2, lambda: 1, featureWeight: 0 })
      blind.dispose()
      model.dispose()
    })

    it('compiles nothing new when the knobs turn', async () => {
      const model = createModel(config, 1)
      const method = create('primed-dyn', model, { profile: 'adaptive' })
      await method.beginTask(taskContext())
      const compiled: unknown[] = []
      for (const [i, gap] of [0.9, 0.9, 0.5, 0.1].entries()) {
        method.adapt!({ ...signals, gap, detail: gap, drift: i === 0 ? null : gap / 10 })
        gradientStep(method, model, () => input(4))
        compiled.push(threads.statistics().engine.sessionsBuilt)
      }
      expect(compiled[0]).toEqual(expect.any(Number))
      expect(compiled[3]).toBe(compiled[1])
      method.dispose()
      model.dispose()
    })

    it('leaves rows out that the teacher gets wrong where trust is low', async () => {
      const only = { profile: 'adaptive', ...off(), adaptScreening: true, guard: false, cmc: false }
      const screened = await gradients('primed-dyn', only)
      const { values } = await gradients('primed-dyn', ABLATED)
      expect(screened.values['loss.ckt']).toBeLessThan(values['loss.ckt']!)
    })

    it('weighs the guard by squares that are remembered, evened out and cut', async () => {
      const plain = await gradients('primed-dyn', {})
      for (const knob of ['adaptClip', 'adaptMemory']) {
        const { values } = await gradients('primed-dyn', { profile: 'adaptive', ...off(), [knob]: true })
        if (knob === 'adaptClip') expect(values['loss.guard']).toBeLessThan(plain.values['loss.guard']!)
        // The first step of a running mean has nothing to remember yet: the same weights, up to rounding.
        else expect(values['loss.guard']).toBeCloseTo(plain.values['loss.guard']!, 2)
      }
    })

    /** Every switch off. */
    function off(): Record<string, boolean> {
      const names = Object.keys(methodById('primed-dyn').parametersSchema.properties as object)
      return Object.fromEntries(names.filter((name) => /^adapt|Signal$/.test(name)).map((name) => [name, false]))
    }
  })
})

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { loadBackend, type Scalar, type Tensor, type Tensor4D, tf } from '../../backend/index.ts'
import { BAGS, type Question, Random, type ReferencePair } from '../../contracts/index.ts'
import type { Encoder } from '../../embed/encoder.ts'
import type { TaskContext } from '../method.ts'
import { config, createModel, methodSetting, stepInput, taskContext } from '../testing/bench.ts'
import type { PairsInView } from './addOn.ts'
import { hierarchySimilarity } from './hierarchyScore.ts'
import { contrastiveLosses } from './mds.ts'
import { MedicalTerms } from './medicalTerms.ts'
import { frequentPhrases } from './queryFilter.ts'
import { addOnById } from './registry.ts'
import { mergeChanges } from './tiesMerge.ts'

let threads: Awaited<ReturnType<typeof loadBackend>>
beforeAll(async () => {
  threads = await loadBackend({ threads: 1 })
})
afterAll(() => threads.flush())

/** Each word has a direction; a text is the mean of its words. */
const DIM = 64
function vector(text: string): Float32Array {
  const sum = new Float32Array(DIM)
  for (const word of text.toLowerCase().match(/[a-z]+/g) ?? []) {
    const random = new Random(word)
    for (let d = 0; d < DIM; d++) sum[d]! += random.normal()
  }
  const norm = Math.hypot(...sum) || 1
  return sum.map((value) => value / norm)
}
const matrix = (texts: readonly string[]) => ({
  encoderId: 'words',
  dim: DIM,
  data: Float32Array.from(texts.flatMap((text) => [...vector(text)])),
})
const encoder: Encoder = {
  id: 'words',
  dim: DIM,
  encodeTexts: async (texts) => matrix(texts),
  encodeImages: () => Promise.reject(new Error('no images here')),
}

interface Entry {
  question: string
  caption: string
  domain?: string
  visual?: number
  /** What the picture shows, where the caption does not say it. */
  shows?: string
  bag?: ReferencePair['bag']
}

function viewOf(entries: readonly Entry[], found: readonly Entry[] = []): PairsInView & { asked: Question[] } {
  const pair = (entry: Entry, i: number, prefix: string): ReferencePair => ({
    figureId: `${prefix}-${i}`,
    caption: entry.caption,
    bag: entry.bag ?? 'task',
    question: entry.question,
    rank: i + 1,
    dense: 0.5,
    visual: entry.visual ?? 0.2,
    lexical: null,
  })
  const asked: Question[] = []
  return {
    pairs: entries.map((entry, i) => pair(entry, i, 'figure')),
    encoder,
    questionOf: ({ question }) => {
      const entry = entries.find((one) => one.question === question)
      return entry ? { text: question, bag: 'task', domain: entry.domain ?? 'CT', taskId: 'one', classId: null } : null
    },
    images: async (pairs, random) => {
      const texts = pairs.map(({ figureId, caption }) => entries[Number(figureId.split('-')[1])]?.shows ?? caption)
      const { data, ...rest } = matrix(texts)
      return { ...rest, data: data.map((value) => value + (random ? random.normal(0, 0.01) : 0)) }
    },
    ask: async (questions) => {
      asked.push(...questions)
      return found.map((entry, i) => ({ ...pair(entry, i, 'further'), question: questions[0]!.text }))
    },
    asked,
  }
}

async function choose(id: string, parameters: object, view: PairsInView): Promise<ReferencePair[]> {
  const model = createModel(config, 1)
  const addOn = addOnById(id).create(parameters, methodSetting(model))
  const chosen = await addOn.choosePairs!(view, taskContext())
  addOn.dispose?.()
  model.dispose()
  return chosen
}

/** The add-on's own loss in some steps of plain descent on it alone. */
function descent(id: string, parameters: object, steps: number): number[] {
  const model = createModel(config, 1)
  const addOn = addOnById(id).create(parameters, methodSetting(model))
  const values: number[] = []
  for (let step = 0; step < steps; step++) {
    const value = tf.tidy(() => {
      const { gradients, metrics } = addOn.step!(stepInput(3))
      for (const [name, gradient] of Object.entries<Tensor>(gradients)) {
        const variable = model.variables.get(name)!
        if (variable.trainable) variable.assign(tf.sub(variable, tf.mul(gradient, 0.02)))
      }
      const own = Object.entries(metrics).find(([name]) => name !== 'loss.total')![1]
      const copy = own.clone()
      tf.dispose([...Object.values<Tensor>(gradients), ...Object.values<Scalar>(metrics)])
      return copy
    })
    values.push(value.dataSync()[0]!)
    value.dispose()
  }
  addOn.dispose?.()
  model.dispose()
  return values
}

describe('losses that join a method', () => {
  it.each([
    ['relation', {}],
    ['decorrelation', { weight: 1 }],
    ['pairwise-infonce', {}],
  ])('%s falls when it is followed', (id, parameters) => {
    const values = descent(id, parameters, 8)
    expect(values.at(-1)).toBeLessThan(values[0]!)
  })
})

describe('TIES merge', () => {
  const part = (...values: number[]) => Float32Array.from(values)

  it('keeps the largest changes and lets the stronger sign win instead of cancelling', () => {
    const merged = mergeChanges([part(1, 0.1, -0.5, 0), part(-0.2, 0.1, -0.7, 0)], 0.5)
    expect([...merged]).toEqual([1, 0, expect.closeTo(-0.6, 6), 0]) // a plain sum would give 0.8 for the first
  })

  it('leaves the model alone until a second domain comes, and merges from then on', async () => {
    const model = createModel(config, 1)
    const setting = methodSetting(model)
    const addOn = addOnById('ties-merge').create({ keep: 1 }, setting)
    const name = 'visual.proj'
    const values = () => model.variables.get(name)!.dataSync<'float32'>().slice()
    const start = values()
    const learn = async (modality: string, change: number) => {
      const context = taskContext()
      const own = { ...context, task: { ...context.task, modality } } as TaskContext
      await addOn.beginTask!(own)
      tf.tidy(() => model.variables.get(name)!.assign(tf.add(model.variables.get(name)!, change)))
      await addOn.endTask!(own)
    }
    await learn('CT', 0.5)
    expect(values()[0]! - start[0]!).toBeCloseTo(0.5, 5)
    await learn('MRI', -0.2)
    expect(values()[0]! - start[0]!).toBeCloseTo(0.5, 5) // not 0.3: MRI contradicts and is smaller
    addOn.dispose!()
    model.dispose()
  })
})

describe('retrieval-aware experts', () => {
  /** A task whose images are all of one brightness. */
  const bright = (position: number, level: number): TaskContext => {
    const context = taskContext(position)
    const load = async (indices: readonly number[]) => {
      const made = await context.samples.load(indices)
      return () => {
        const batch = made()
        return { ...batch, images: pictures(indices.length, level, position) }
      }
    }
    return { ...context, samples: { ...context.samples, load } }
  }
  const pictures = (n: number, level: number, seed: number): Tensor4D => {
    const { size } = config.image
    const random = new Random(`${seed} ${level}`)
    const stripes = (i: number) => (level > 0 ? i % 2 : (i >> 5) % 2) * 2 - 1
    return tf.tensor4d(
      Float32Array.from({ length: n * size * size * 3 }, (_, i) => level * stripes(i) + random.normal(0, 0.1)),
      [n, size, size, 3],
    )
  }

  it('send an image to the model of the task that it resembles, and a strange one to the base model', async () => {
    const model = createModel(config, 1)
    const base = model.snapshot()
    const addOn = addOnById('ra-moe').create({ memory: 8, neighbours: 3, eta: 1 }, methodSetting(model))
    const after: ReturnType<typeof model.snapshot>[] = []
    for (const [position, level] of [
      [1, 3],
      [2, -3],
    ] as const) {
      const context = bright(position, level)
      await addOn.beginTask!(context)
      const random = new Random(position)
      tf.tidy(() => {
        for (const variable of model.trainable()) {
          const change = tf.tensor(
            Float32Array.from({ length: variable.size }, () => random.normal(0, 0.05)),
            variable.shape,
          )
          variable.assign(tf.add(variable, change))
        }
      })
      await addOn.endTask!(context)
      after.push(model.snapshot())
    }
    const { classTokens } = stepInput(1).batch
    const classifier = addOn.classifier!({ task: taskContext().task, classTokens })
    const logitsOf = (weights: typeof base, images: Tensor4D) =>
      tf.tidy(() => {
        const hooks = { parameter: (name: string) => weights[name]! }
        const texts = model.encodeTexts(classTokens, hooks)
        return [
          ...tf.mul(tf.matMul(model.encodeImages(images, hooks), texts, false, true), model.logitScale()).dataSync(),
        ]
      })
    for (const [images, weights] of [
      [pictures(4, 3, 1), after[0]!],
      [pictures(4, -3, 2), after[1]!],
      [stepInput(5).batch.images, base],
    ] as const) {
      const wanted = logitsOf(weights, images)
      const found = tf.tidy(() => [...classifier.logits(images).dataSync()])
      const off = found.filter((value, i) => Math.abs(value - wanted[i]!) > 1e-3).length
      expect(off / found.length).toBeLessThanOrEqual(0.25) // the threshold lets one of twenty own images go
    }
    classifier.dispose()
    addOn.dispose!()
    tf.dispose([base, after])
    model.dispose()
  })
})

describe('LoRA re-distillation', () => {
  it('leaves a change of low rank that brings the embeddings near those of the tuned model', async () => {
    const model = createModel(config, 1)
    const addOn = addOnById('lora-redistil').create({ rank: 2, steps: 40, batch: 6, rate: 0.01 }, methodSetting(model))
    const context = taskContext()
    const name = 'visual.transformer.resblocks.0.mlp.c_fc.weight'
    const embed = async () => {
      const load = await context.samples.load([0, 1, 2, 3, 4, 5])
      return tf.tidy(() => model.encodeImages(load().images).dataSync<'float32'>().slice())
    }
    const weight = () => model.variables.get(name)!.dataSync<'float32'>().slice()
    const [before, first] = [await embed(), weight()]
    await addOn.beginTask!(context)
    const random = new Random(8)
    tf.tidy(() => {
      for (const variable of model.trainable()) {
        const change = Float32Array.from({ length: variable.size }, () => random.normal(0, 0.02))
        variable.assign(tf.add(variable, tf.tensor(change, variable.shape)))
      }
    })
    const tuned = await embed()
    await addOn.endTask!(context)
    const distance = (a: Float32Array, b: Float32Array) => Math.hypot(...a.map((value, i) => value - b[i]!))
    expect(distance(await embed(), tuned)).toBeLessThan(0.7 * distance(before, tuned))
    const columns = model.variables.get(name)!.shape[1]!
    const change = weight().map((value, i) => value - first[i]!)
    expect(rank(change, columns)).toBeLessThanOrEqual(2)
    addOn.dispose!()
    model.dispose()
  })

  /** Rows that are left after elimination, above rounding. */
  function rank(values: Float32Array, columns: number): number {
    const rows = Array.from({ length: values.length / columns }, (_, i) => [
      ...values.subarray(i * columns, (i + 1) * columns),
    ])
    const size = (row: number[]) => Math.hypot(...row)
    const largest = Math.max(...rows.map(size))
    let found = 0
    while (rows.length > 0) {
      rows.sort((a, b) => size(b) - size(a))
      const pivot = rows.shift()!
      if (size(pivot) < 1e-3 * largest) break
      found++
      const norm = size(pivot)
      for (const row of rows) {
        const part = row.reduce((sum, value, i) => sum + value * pivot[i]!, 0) / norm ** 2
        row.forEach((value, i) => {
          row[i] = value - part * pivot[i]!
        })
      }
    }
    return found
  }
})

describe('maximum data similarity', () => {
  const words = ['lung', 'kidney', 'retina', 'skin', 'liver', 'brain', 'bone', 'heart']
  const entries = BAGS.flatMap((bag) =>
    words.map(
      (word, i): Entry => ({
        question: word,
        caption: `${word} ${bag}`,
        bag,
        ...(i < 2 && { shows: `${words[i + 3]} ${bag}` }),
      }),
    ),
  )

  it('drops the pairs whose image shows something else, in every bag', async () => {
    const chosen = await choose('mds', { keep: 0.75, rounds: 2 }, viewOf(entries))
    expect(chosen).toHaveLength(18)
    for (const bag of BAGS) expect(chosen.filter((pair) => pair.bag === bag)).toHaveLength(6)
    expect(chosen.some(({ caption }) => /lung|kidney/.test(caption))).toBe(false)
  })

  it('scores by shares of row and column, equal captions apart', () => {
    const [a, b] = [Float32Array.from([1, 0]), Float32Array.from([0, 1])]
    const [right] = contrastiveLosses([a, b], [a, b], ['one', 'two'], 2)
    expect(right).toBeCloseTo(2 * Math.log(1 + Math.exp(-2)), 6)
    expect(contrastiveLosses([a, a], [a, a], ['same', 'same'], 2)).toEqual([0, 0])
  })
})

describe('the stress test', () => {
  const entries = ['CT', 'MRI', 'X-ray'].flatMap((domain) =>
    ['cyst', 'stone'].flatMap((finding) =>
      Array.from({ length: 5 }, (_, i) => ({
        question: `A ${domain} photo of ${finding}`,
        caption: `${domain} ${finding} ${i}`,
        domain,
      })),
    ),
  )
  const view = viewOf(entries)
  const changed = (chosen: readonly ReferencePair[]) =>
    chosen.filter((pair, i) => pair.caption !== view.pairs[i]!.caption || pair.figureId !== view.pairs[i]!.figureId)

  it('spoils the share that is asked for', async () => {
    expect(await choose('stress', { share: 0 }, view)).toEqual(view.pairs)
    expect(changed(await choose('stress', { share: 0.5, kind: 'noise' }, view))).toHaveLength(15)
    expect(changed(await choose('stress', { share: 1, kind: 'noise' }, view))).toHaveLength(30)
  })

  it('takes right pairs of other domains, wrong captions of the same domain, or pairs that belong nowhere', async () => {
    for (const pair of await choose('stress', { share: 1, kind: 'noise' }, view)) {
      const original = view.pairs.find(({ figureId }) => figureId === pair.figureId)!
      expect(original.caption).toBe(pair.caption)
      expect(pair.caption.split(' ')[0]).not.toBe(view.questionOf(pair)!.domain)
    }
    for (const [i, pair] of (await choose('stress', { share: 1, kind: 'misinformation' }, view)).entries()) {
      expect(pair.figureId).toBe(view.pairs[i]!.figureId)
      expect(pair.caption.split(' ')[0]).toBe(view.questionOf(pair)!.domain)
      expect(pair.caption.split(' ')[1]).not.toBe(view.pairs[i]!.caption.split(' ')[1])
    }
    for (const pair of await choose('stress', { share: 1, kind: 'irrelevant' }, view)) {
      expect(pair.caption.split(' ')[0]).not.toBe(view.questionOf(pair)!.domain)
    }
  })
})

describe('the hierarchy score', () => {
  const vocabulary = new MedicalTerms()
  const score = (question: string, caption: string) => hierarchySimilarity(vocabulary, question, caption)

  it('is 1 for one finding in one place, less for a shared organ or domain, 0 across domains', () => {
    const question = 'A CT photo of emphysema in the lung'
    expect(score(question, 'Axial computed tomography with emphysema of the right lung')).toBeCloseTo(1, 6)
    const near = score(question, 'CT: bronchiectasis in the lung')!
    expect(near).toBeGreaterThan(0.3)
    expect(near).toBeLessThan(1)
    expect(score(question, 'CT of the abdomen')!).toBeLessThan(near)
    expect(score(question, 'Fundus photograph with drusen')).toBe(0)
    expect(score(question, 'Kaplan-Meier curves of both arms')).toBeNull()
  })

  it('drops what is about something else and keeps what it cannot judge', async () => {
    const question = 'A CT photo of emphysema in the lung'
    const captions = ['CT showing emphysema in the lung', 'Dermoscopy of a naevus', 'Results of the survey']
    const chosen = await choose('hierarchy-score', {}, viewOf(captions.map((caption) => ({ question, caption }))))
    expect(chosen.map(({ caption }) => caption)).toEqual([captions[0], captions[2]])
  })
})

describe('the entity gate', () => {
  it('wants an entity in common, unless the image fits best', async () => {
    const question = 'A CT photo of emphysema in the lung'
    const entries: Entry[] = [
      { question, caption: 'Severe emphysema' },
      { question, caption: 'Pacemaker in place' },
      { question, caption: 'Nothing known here', visual: 0.9 },
      ...Array.from({ length: 8 }, (_, i) => ({ question, caption: `View ${i}`, visual: 0.1 })),
      { question: 'A photo of zebras', caption: 'Something' },
    ]
    const chosen = await choose('entity-gate', {}, viewOf(entries))
    expect(chosen.map(({ caption }) => caption)).toEqual(['Severe emphysema', 'Nothing known here', 'Something'])
  })
})

describe('verified query expansion', () => {
  it('finds frequent phrases that the question does not say', () => {
    const captions = ['lung with bronchiectasis', 'bronchiectasis of the lung', 'the lung: bronchiectasis']
    expect(frequentPhrases(captions, 'A CT photo of the lung', 3)).toEqual(['bronchiectasis'])
    expect(frequentPhrases(captions, 'A CT photo of the lung', 4)).toEqual([])
  })

  it('asks only what the vocabulary knows, and lets the answers replace the last of the task bag', async () => {
    const question = 'A CT photo of emphysema in the lung'
    const entries = Array.from({ length: 10 }, (_, i) => ({
      question,
      caption: `bronchiectasis beside frobnication, case ${i}`,
    }))
    const view = viewOf(entries, [
      { question: '', caption: 'Bronchiectasis on CT' },
      { question: '', caption: 'Another' },
    ])
    const chosen = await choose('query-filter', {}, view)
    expect(view.asked.map(({ text }) => text)).toEqual(['A CT photo of bronchiectasis'])
    expect(chosen).toHaveLength(10)
    expect(chosen.slice(-2).map(({ figureId }) => figureId)).toEqual(['further-0', 'further-1'])
    expect(chosen.some(({ rank, figureId }) => rank === 10 && figureId.startsWith('figure'))).toBe(false)
  })
})

import { describe, expect, test } from 'vitest'
import { Random, type Sample } from '../../contracts/index.ts'
import { syntheticDomains } from './domains.ts'
import { openSyntheticFigures, planFigures } from './figures.ts'
import { pictureOf, vectorOf } from './picture.ts'
import { openSyntheticTask, syntheticTaskIds } from './tasks.ts'
import { dot, makeWorld, sampleVector, TOPOLOGIES, VECTOR } from './topology.ts'

const length = (vector: Float64Array) => Math.sqrt(dot(vector, vector))
const minus = (a: Float64Array, b: Float64Array) => a.map((value, i) => value - b[i]!)
const degrees = (a: Float64Array, b: Float64Array) => (Math.acos(dot(a, b)) * 180) / Math.PI

describe.each(TOPOLOGIES)('a %s world', (topology) => {
  const world = makeWorld(topology, 3)
  const clustered = topology === 'clustered'

  test('has its domains at the angle that makes the topology', () => {
    const centres = [...world.domains.values()]
    expect(centres).toHaveLength(12)
    for (const [i, a] of centres.entries()) {
      expect(length(a)).toBeCloseTo(1, 12)
      for (const b of centres.slice(i + 1)) {
        if (clustered) expect(degrees(a, b)).toBeGreaterThanOrEqual(60)
        else expect(degrees(a, b)).toBeCloseTo(20, 9)
      }
    }
  })

  test('has its classes at the right distance and its samples around them', () => {
    const [nearest, furthest] = clustered ? [0.15, 0.35] : [0.8, 0.8]
    for (const domain of syntheticDomains) {
      for (const { id } of domain.findings) {
        const distance = length(minus(world.classes.get(`${domain.id}/${id}`)!, world.domains.get(domain.id)!))
        expect(distance).toBeGreaterThan(nearest - 1e-9)
        expect(distance).toBeLessThan(furthest + 1e-9)
      }
    }
    const random = new Random(1)
    let squares = 0
    for (let i = 0; i < 200; i++) {
      const offset = minus(sampleVector(world, 'ct', 'nodule', random), world.classes.get('ct/nodule')!)
      squares += dot(offset, offset)
    }
    expect(Math.sqrt(squares / (200 * VECTOR))).toBeCloseTo(clustered ? 0.08 : 0.3, 2)
  })

  test('is the same for the same seed and another one for another', () => {
    expect(makeWorld(topology, 3)).toEqual(world)
    expect(makeWorld(topology, 4).domains.get('ct')).not.toEqual(world.domains.get('ct'))
  })

  test('becomes pictures that keep its vectors: rounding is far below the noise', async () => {
    const random = new Random(2)
    let squares = 0
    for (let i = 0; i < 20; i++) {
      const vector = sampleVector(world, 'oct', 'drusen', random)
      const error = minus(await vectorOf(await pictureOf(vector)), vector)
      squares += dot(error, error)
    }
    expect(Math.sqrt(squares / (20 * VECTOR))).toBeLessThan(world.noise / 30)
  })
})

test('a task has its splits class by class, made the same every time', async () => {
  const ids = syntheticTaskIds('clustered')
  expect(ids).toHaveLength(6)
  const samples = async () => {
    const opened = openSyntheticTask('clustered', ids[0]!, { train: 2, val: 1, test: 1 })
    const list: Sample[] = []
    if (opened.kind === 'task') for await (const sample of opened.samples) list.push(sample)
    expect(list).toHaveLength(opened.total!)
    return list
  }
  const first = await samples()
  expect(first.filter(({ split }) => split === 'train').map(({ label }) => label)).toEqual([
    0, 0, 1, 1, 2, 2, 3, 3, 4, 4,
  ])
  expect(new Set(first.map(({ image }) => Buffer.from(image).toString('base64'))).size).toBe(20)
  expect(await samples()).toEqual(first)
  expect(() => openSyntheticTask('mesh', 'nothing')).toThrow(/"nothing".*synthetic-mesh-histopathology/)
})

describe('the memory', () => {
  const planned = [...planFigures({ topology: 'clustered', count: 20_000, seed: 1 })]

  test('covers every class of every domain, with more than one caption each', () => {
    const captions = new Map<string, Set<string>>()
    for (const { figure, shown } of planned) {
      const key = `${shown.domain.id}/${shown.finding.id}`
      captions.set(key, (captions.get(key) ?? new Set()).add(figure.caption))
    }
    expect(captions.size).toBe(syntheticDomains.reduce((sum, { findings }) => sum + findings.length, 0))
    for (const set of captions.values()) expect(set.size).toBeGreaterThan(50)
  })

  test('repeats 30 % of its captions and shows another domain in 5 % of its pictures', () => {
    const repeated = planned.filter(({ figure }, i) => figure.caption === planned[i - 1]?.figure.caption).length
    expect(repeated / planned.length).toBeGreaterThan(0.285)
    expect(repeated / planned.length).toBeLessThan(0.32)
    const wrong = planned.filter(({ figure, shown }) => figure.modality !== shown.domain.keyword).length
    expect(wrong / planned.length).toBeGreaterThan(0.044)
    expect(wrong / planned.length).toBeLessThan(0.056)
  })

  test('speaks of one site in several domains', () => {
    const colon = planned.filter(({ figure }) => /\bcolon\b/.test(figure.caption))
    expect(new Set(colon.map(({ figure }) => figure.modality))).toEqual(new Set(['histopathology', 'colonoscopy']))
    const both = colon.filter(({ figure }) =>
      /histopathology.*colonoscop|colonoscop.*histopathology/i.test(figure.caption),
    )
    expect(both.length / colon.length).toBeGreaterThan(0.05)
  })

  test('is written in the order of its plan', async () => {
    const opened = openSyntheticFigures({ topology: 'clustered', count: 20 })
    const ids: string[] = []
    if (opened.kind === 'corpus') for await (const { figure } of opened.records) ids.push(figure.id)
    expect(ids).toEqual(planned.slice(0, 20).map(({ figure }) => figure.id))
  })
})

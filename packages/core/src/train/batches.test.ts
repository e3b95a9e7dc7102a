import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { Random } from '../contracts/index.ts'
import { evenly } from './evaluate.ts'
import { PixelBudget, PixelSource } from './pixelSource.ts'
import { prefetched } from './prefetch.ts'
import { ShuffledCycle } from './shuffledCycle.ts'

const target = { size: 4, resize: { kernel: 'lanczos', mode: 'shortest' } } as const

const grey = (value: number) =>
  sharp({ create: { width: 6, height: 6, channels: 3, background: { r: value, g: value, b: value } } })
    .png()
    .toBuffer()

describe('a shuffled cycle', () => {
  it('takes every item once before any twice, across batch borders', () => {
    const cycle = new ShuffledCycle(5, new Random(1))
    const drawn = [...cycle.next(3), ...cycle.next(4), ...cycle.next(3)]
    expect(drawn.slice(0, 5).sort()).toEqual([0, 1, 2, 3, 4])
    expect(drawn.slice(5).sort()).toEqual([0, 1, 2, 3, 4])
    const again = new ShuffledCycle(5, new Random(1))
    expect(again.next(10)).toEqual(drawn)
  })

  it('fills a batch that is larger than the set', () => {
    expect(new ShuffledCycle(2, new Random(1)).next(7)).toHaveLength(7)
  })
})

describe('prefetching', () => {
  it('keeps the order and no more than the depth in the making', async () => {
    let making = 0
    let most = 0
    const results: number[] = []
    const source = prefetched(8, 2, async (index) => {
      most = Math.max(most, ++making)
      await new Promise((resolve) => setTimeout(resolve, (8 - index) % 3))
      making--
      return index
    })
    for await (const result of source) results.push(result)
    expect(results).toEqual([0, 1, 2, 3, 4, 5, 6, 7])
    expect(most).toBeLessThanOrEqual(3)
  })

  it('raises an error at its place and starts nothing more', async () => {
    const started: number[] = []
    const taken: number[] = []
    const source = prefetched(10, 1, async (index) => {
      started.push(index)
      if (index === 2) throw new Error('broken')
      return index
    })
    const all = (async () => {
      for await (const result of source) taken.push(result)
    })()
    await expect(all).rejects.toThrow('broken')
    expect(taken).toEqual([0, 1])
    expect(Math.max(...started)).toBeLessThanOrEqual(3)
  })

  it('tells how long its taker waited', async () => {
    const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds))
    const slow = prefetched(2, 1, () => pause(30))
    for await (const _ of slow) if (slow.lastWait > 0) expect(slow.waitShare).toBeGreaterThan(0.5)
    expect(slow.lastWait).toBeGreaterThanOrEqual(0)
    const ready = prefetched(2, 1, async () => {})
    for await (const _ of ready) await pause(30)
    expect(ready.waitShare).toBeLessThan(slow.waitShare)
    expect(prefetched(0, 1, async () => {}).waitShare).toBe(0)
  })
})

describe('decoded images', () => {
  it('are read once while the budget lasts, and again beyond it', async () => {
    const reads: number[] = []
    const budget = new PixelBudget(2 * 4 * 4 * 3)
    const source = new PixelSource(target, budget, async (index) => {
      reads.push(index)
      return { name: `${index}`, image: await grey(index * 10) }
    })
    const first = await source.batch([0, 1, 2, 1])
    expect(first).toHaveLength(4 * 48)
    expect([first[0], first[48], first[96], first[144]]).toEqual([0, 10, 20, 10])
    expect(await source.batch([2, 0, 1])).toEqual(Uint8Array.from([...first.slice(96, 144), ...first.slice(0, 96)]))
    expect(reads).toEqual([0, 1, 2, 2])
    source.release()
    expect(budget.take(2 * 4 * 4 * 3)).toBe(true)
  })

  it('say which image is corrupt', async () => {
    const source = new PixelSource(target, new PixelBudget(1000), async () => ({
      name: '"a" of task "b"',
      image: (await grey(9)).subarray(0, 60),
    }))
    await expect(source.batch([0])).rejects.toMatchObject({
      code: 'CORRUPT_IMAGE',
      message: expect.stringContaining('"a" of task "b"'),
    })
  })
})

it('spreads a limited evaluation evenly', () => {
  expect(evenly(10, 4)).toEqual([0, 2, 5, 7])
  expect(evenly(3, null)).toEqual([0, 1, 2])
  expect(evenly(3, 9)).toEqual([0, 1, 2])
})

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { loadBackend, type Tensor2D, tf } from '../backend/index.ts'
import { Random } from '../contracts/index.ts'
import { TaskAutoencoders } from './taskAutoencoders.ts'
import { TaskGaussians } from './taskGaussians.ts'
import { topSoftmax } from './topExperts.ts'

const DIM = 16
const TASKS = 3

let threads: Awaited<ReturnType<typeof loadBackend>>
let before: number
beforeAll(async () => {
  threads = await loadBackend({ threads: 1 })
})
afterAll(() => threads.flush())
beforeEach(() => {
  before = tf.memory().numTensors
})
afterEach(() => expect(tf.memory().numTensors).toBe(before))

/** Unit rows around the centre of a task; its direction differs from that of others. */
function features(task: number, n: number, seed: string): Float32Array {
  const [centre, random] = [new Random(`centre ${task}`), new Random(`${seed}/${task}`)]
  const middle = Array.from({ length: DIM }, () => centre.normal())
  const rows = Array.from({ length: n }, () => {
    const row = middle.map((value) => value + 0.3 * random.normal())
    const length = Math.hypot(...row)
    return row.map((value) => value / length)
  })
  return Float32Array.from(rows.flat())
}

const tensor = (values: Float32Array): Tensor2D => tf.tensor2d(values, [values.length / DIM, DIM])
const share = (values: ArrayLike<number>, wanted: (value: number) => boolean) =>
  Array.from(values).filter(wanted).length / values.length

describe('autoencoders of the tasks', () => {
  test('send new images to their own task, and images of no task to none', async () => {
    const autoencoders = new TaskAutoencoders({ compression: 8, steps: 200, deviations: 3 })
    for (let task = 1; task <= TASKS; task++) {
      await autoencoders.learn(features(task, 60, 'train'), DIM, new Random(task))
    }
    const restored = new TaskAutoencoders({ compression: 8, steps: 200, deviations: 3 })
    restored.restore(autoencoders.state())
    for (const task of [1, 2, 3, 4]) {
      const columns = tf.tidy(() => {
        const chosen = restored.choose(tensor(features(task, 40, 'test')))
        expect(chosen.shape).toEqual([40, 1 + TASKS])
        for (const sum of tf.sum(chosen, 1).dataSync()) expect(sum).toBe(1)
        return tf.argMax(chosen, 1).dataSync()
      })
      expect(share(columns, (column) => column === (task <= TASKS ? task : 0))).toBeGreaterThan(0.85)
    }
    autoencoders.dispose()
    restored.dispose()
  })
})

describe('Gaussians of the tasks', () => {
  test('send new images to their own task, with less weight the farther they are', () => {
    const gaussians = new TaskGaussians(DIM, 0.1)
    for (let task = 1; task <= TASKS; task++) gaussians.learn(features(task, 60, 'train'))
    const weightOf = (task: number) =>
      tf.tidy(() => {
        const { tasks, weights } = gaussians.choose(tensor(features(task, 40, 'test')))
        if (task <= TASKS) expect(share(tasks.dataSync(), (found) => found === task - 1)).toBeGreaterThan(0.95)
        return tf.mean(weights).dataSync()[0]!
      })
    const known = [1, 2, 3].map(weightOf)
    const unknown = weightOf(4)
    for (const weight of known) expect(weight).toBeGreaterThan(0.5)
    expect(unknown).toBeLessThan(0.1)
    gaussians.dispose()
  })
})

describe('top-k softmax', () => {
  test('is the softmax of the k largest, also in its gradient', () => {
    tf.tidy(() => {
      const scores = tf.tensor2d([
        [1, 3, 2, -1],
        [0, -5, 0.5, 4],
      ])
      const gates = topSoftmax(scores, 2)
      const two = (a: number, b: number) => Math.exp(a) / (Math.exp(a) + Math.exp(b))
      const wanted = [0, two(3, 2), two(2, 3), 0, 0, 0, two(0.5, 4), two(4, 0.5)]
      for (const [i, gate] of gates.dataSync().entries()) expect(gate).toBeCloseTo(wanted[i]!, 6)
      const slope = tf
        .grad((x) => tf.sum(tf.mul(topSoftmax(x as Tensor2D, 2), tf.range(0, 4))))(scores)
        .dataSync()
      const p = two(3, 2)
      for (const [i, value] of [0, p * (1 - p) * -1, p * (1 - p), 0].entries()) expect(slope[i]).toBeCloseTo(value, 5)
    })
  })
})

import { Random } from '@anamnesis/core/contracts'
import { type Contender, type Scope, standingsOf } from '@anamnesis/core/metrics'
import type { Bench } from './bench.ts'

const TASKS = 6
/** Standard deviations, as shares: between tasks, and between seeds where all methods are alike or where they are not. */
const TASK_SPREAD = 0.03
const ALIKE = [0.02]
const UNLIKE = [0.005, 0.01, 0.02, 0.04]

/**
 * Boards on which no method is better than another. What the 95 % intervals should do: leave out zero in 5 % of all
 * pairs. What the correction should do: call a difference established on at most 5 % of the boards.
 */
const bench: Bench = {
  title: 'how often the intervals of the leaderboards are right',
  async run(report) {
    const random = new Random(1)
    for (const [name, spreads] of Object.entries({ alike: ALIKE, unlike: UNLIKE })) {
      for (const scope of ['runs', 'tasksAndRuns'] as const) {
        for (const seeds of [3, 5]) {
          for (const methods of [2, 4, 12]) {
            const boards = Math.round(800 / methods)
            const at = `${name}.${scope}.seeds${seeds}.methods${methods}`
            const { covered, pairs, wrong } = play(random, { spreads, scope, seeds, methods, boards })
            report({ metric: `coverage.${at}`, value: covered / pairs, unit: 'share', n: pairs })
            report({ metric: `false_boards.${at}`, value: wrong / boards, unit: 'share', n: boards })
          }
        }
      }
    }
    for (const [methods, seeds] of [
      [5, 3],
      [22, 5],
    ] as const) {
      const contenders = board(random, { spreads: ALIKE, scope: 'runs', seeds, methods })
      const before = process.cpuUsage()
      standingsOf(contenders, { better: 'higher' })
      const value = process.cpuUsage(before).user / 1000
      report({ metric: `standings_ms.methods${methods}.seeds${seeds}`, value, unit: 'ms', n: 1 })
    }
  },
}
export default bench

interface Design {
  spreads: readonly number[]
  scope: Scope
  seeds: number
  methods: number
}

function play(random: Random, { boards, ...design }: Design & { boards: number }) {
  let [covered, pairs, wrong] = [0, 0, 0]
  for (let i = 0; i < boards; i++) {
    const { comparisons } = standingsOf(board(random, design), {
      better: 'higher',
      scope: design.scope,
      resamples: 400,
    })
    for (const { interval } of comparisons) {
      pairs++
      if (interval![0] <= 0 && interval![1] >= 0) covered++
    }
    if (comparisons.some(({ separated }) => separated)) wrong++
  }
  return { covered, pairs, wrong }
}

function board(random: Random, { spreads, scope, seeds, methods }: Design): Contender[] {
  return Array.from({ length: methods }, (_, m) => {
    const spread = spreads[m % spreads.length]!
    const tasks = Array.from({ length: TASKS }, () => (scope === 'runs' ? 0 : random.normal(0, TASK_SPREAD)))
    const runs = Array.from({ length: seeds }, (_, seed) => {
      const luck = random.normal(0, spread)
      const terms = tasks.map((task, t) => {
        return [`task-${t}`, { value: task + luck + random.normal(0, spread), weight: 1 }] as const
      })
      return { seed, order: 'default', terms: new Map(terms) }
    })
    return { id: `${m}`, deterministic: false, runs }
  })
}

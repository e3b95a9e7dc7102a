/** A board of made-up runs with rough statistics: enough to look at the page, not to believe it. */
import { digest, methods, metrics, suiteByKey } from './data.ts'
import type { DevRun } from './runs.ts'

/** Student's t at 95 % by degrees of freedom, from 1. */
const T95 = [12.7, 4.3, 3.18, 2.78, 2.57, 2.45, 2.36, 2.31, 2.26]
const SEEDS = 3

interface BoardArgs {
  suite: string
  order?: string
  orderSet?: string
  sortBy?: string
  scope?: string
}

export function leaderboard(runs: readonly DevRun[], args: BoardArgs) {
  const suite = suiteByKey(args.suite)
  if (!suite) throw new Error(`There is no suite "${args.suite}".`)
  const order = suite.orders.find(({ key }) => key === (args.order ?? 'default'))!
  const metric = metrics.find(({ key }) => key === (args.sortBy ?? 'last'))!
  const sign = metric.better === 'higher' ? -1 : 1
  const here = runs.filter(({ input }) => input.suite === suite.key && (args.orderSet || input.order === order.key))
  const done = here.filter(({ state }) => state === 'SUCCEEDED')

  const listed = methods.flatMap((method) => {
    const own = done.filter(({ input }) => input.method === method.key)
    if (own.length === 0) return []
    const seeds = new Set(own.map(({ input }) => input.seed)).size
    const intervals = metrics.map(({ key }) => ({ key, interval: intervalOf(own.map((run) => run.metric(key))) }))
    const interval = intervals.find(({ key }) => key === metric.key)!.interval
    return [{ method, own, seeds, intervals, interval, ranked: seeds >= SEEDS || !method.trains }]
  })
  listed.sort((a, b) => Number(b.ranked) - Number(a.ranked) || sign * ((a.interval.mean ?? 0) - (b.interval.mean ?? 0)))
  const apart = (a: (typeof listed)[number], b: (typeof listed)[number]) =>
    Math.abs((a.interval.mean ?? 0) - (b.interval.mean ?? 0)) > spread(a) + spread(b)
  const spread = ({ interval }: (typeof listed)[number]) => ((interval.high ?? 0) - (interval.low ?? 0)) / 3
  let group = 0
  const groups = listed.map((entry, i) => (i > 0 && !apart(listed[i - 1]!, entry) ? group : ++group))

  const entries = listed.map(({ method, own, seeds, intervals, interval, ranked }, i) => ({
    ...{ key: method.key, method, config: {}, n: seeds, orders: 1, ranked, metrics: intervals },
    runs: own.map((run) => run.view()),
    rank: ranked ? i + 1 : null,
    rankInterval: ranked ? [Math.max(1, i), Math.min(listed.length, i + 2)] : null,
    tieGroup: ranked ? groups[i]! : null,
    tied: ranked && i > 0 && groups[i - 1] === groups[i],
    reason: ranked ? null : `${seeds} of ${SEEDS} seeds`,
    tasks: suite.tasks.map(({ key }) => ({ taskKey: key, interval })),
    variance: {
      runs: own.length,
      orders: 1,
      order: null,
      seed: (interval.deviation ?? 0) ** 2,
      orderShare: null,
      p: null,
    },
  }))
  const ranked = listed.filter((entry) => entry.ranked)
  return {
    ...{ suite, order, orders: [order], sortedBy: metric.key, metrics, entries, publishedRows: [] },
    ...{ unit: 'seed', scope: args.scope ?? 'tasksAndRuns', resamples: 2000, seedsToRank: SEEDS },
    ...{ group: conditions(done.length), groups: [conditions(done.length)] },
    comparisons: ranked.flatMap((a, i) =>
      ranked.slice(i + 1).map((b) => {
        const difference = (a.interval.mean ?? 0) - (b.interval.mean ?? 0)
        const half = spread(a) + spread(b)
        const separated = apart(a, b)
        return {
          ...{ a: a.method.key, b: b.method.key, pairs: SEEDS, difference, separated, reason: null },
          ...{ low: difference - half, high: difference + half, standardError: half / 2, freedom: 2 },
          ...{ p: separated ? 0.001 : 0.3, correctedP: separated ? 0.004 : 1, better: separated ? a.method.key : null },
        }
      }),
    ),
    leftOut: ['QUEUED', 'RUNNING', 'FAILED'].flatMap((state) => {
      const own = here.filter((run) => run.state === state)
      if (own.length === 0) return []
      const shown = own.slice(0, 20).map((run) => run.view())
      return [{ reason: `state.${state}`, text: `State ${state}.`, count: own.length, runs: shown }]
    }),
  }
}

const conditions = (runs: number) => ({
  ...{ key: digest('conditions').slice(0, 12), stepsPerTask: 60, evalLimit: null, modelKey: 'tiny-phantom', runs },
  ...{ modelDigest: digest('tiny'), dataDigest: digest('data') },
})

function intervalOf(all: (number | null)[]) {
  const values = all.filter((value) => value !== null)
  const n = values.length
  const mean = n === 0 ? null : values.reduce((a, b) => a + b, 0) / n
  if (mean === null || n < 2) return { n, mean, low: null, high: null, deviation: null, standardError: null, values }
  const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (n - 1))
  const standardError = deviation / Math.sqrt(n)
  const half = T95[Math.min(n, 10) - 2]! * standardError
  return { n, mean, low: mean - half, high: mean + half, deviation, standardError, values }
}

import { execFileSync } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { FINAL_RUN_STATES, type RunState } from '@anamnesis/core/contracts'
import { ApiClient } from '../../scripts/client.ts'
import { freePort, root, startProduct, until } from '../support/product.ts'
import { type Bench, measured, median } from './bench.ts'

const START = 'mutation ($input: StartRunInput!) { startRun(input: $input) { run { id } userErrors { message } } }'
const RUNS = `{ runs(first: 20) { edges { node {
  method { key } state stateReason step createdAt finishedAt config series(names: ["imagesPerSecond"], maxPoints: 2000) { values }
} } } }`

interface DemoRun {
  method: { key: string }
  state: RunState
  stateReason: string | null
  step: number
  createdAt: string
  finishedAt: string | null
  config: { batchSize: number }
  series: { values: (number | null)[] }[]
}

const bench: Bench = {
  title: 'npm start in a fresh clone with a warm package cache, the demo comparison, and a second start',
  async run(report, note) {
    const folder = await mkdtemp(join(tmpdir(), 'anamnesis-demo-'))
    const checkout = join(folder, 'clone')
    try {
      execFileSync('git', ['clone', '--quiet', root, checkout])
      const [apiPort, webPort] = [await freePort(), await freePort()]
      const env = { ANAMNESIS_HOME: join(folder, 'home'), API_PORT: String(apiPort), WEB_PORT: String(webPort) }
      const api = new ApiClient(`http://localhost:${apiPort}`)
      const runs = async () =>
        (await api.query<{ runs: { edges: { node: DemoRun }[] } }>(RUNS)).runs.edges.map(({ node }) => node)
      const dashboard = async () => ((await fetch(`http://localhost:${webPort}`)).ok ? true : null)

      note('First start: packages, database, dashboard, demo data ...')
      let started = performance.now()
      const first = startProduct(env, checkout)
      const seconds = () => (performance.now() - started) / 1000
      await Promise.race([
        until('live curves', 1200, async () =>
          (await dashboard()) && (await runs()).some((run) => run.step > 0) ? true : null,
        ),
        first.exited.then(() => Promise.reject(new Error(`npm start ended:\n${first.output().slice(-2000)}`))),
      ])
      report(measured('start.fresh_s', 's', [seconds()]))

      note('The demo comparison ...')
      const finished = await until('the end of the comparison', 3600, async () => {
        const all = await runs()
        return all.length >= 3 && all.every((run) => FINAL_RUN_STATES.includes(run.state)) ? all : null
      })
      const failed = finished.find((run) => run.state !== 'SUCCEEDED')
      if (failed) report({ metric: 'demo.minutes', value: null, reason: `${failed.method.key}: ${failed.stateReason}` })
      else {
        const begin = Math.min(...finished.map((run) => Date.parse(run.createdAt)))
        const end = Math.max(...finished.map((run) => Date.parse(run.finishedAt!)))
        report(measured('demo.minutes', 'min', [(end - begin) / 60_000]))
      }

      // The first fine-tuning run shares the processors with the indexing of the literature, so its steps do not count.
      note('One short run of each method, alone ...')
      const alone: DemoRun[] = []
      for (const method of ['fine-tune', 'primed-dyn']) {
        const input = { suite: 'phantom-3', method, seed: 2, settings: { stepsPerTask: 30, evalLimit: 16 } }
        await api.query(START, { input: { ...input, idempotencyKey: randomUUID() } })
        const [newest] = await until(`the end of ${method}`, 1200, async () => {
          const all = await runs()
          return all.every((run) => FINAL_RUN_STATES.includes(run.state)) ? all : null
        })
        alone.push(newest!)
      }
      const fineTune = stepSeconds(alone, 'fine-tune')
      const primed = stepSeconds(alone, 'primed-dyn')
      if (fineTune && primed) report(measured('primed.step_vs_finetune', '1', [primed / fineTune], fineTune))
      else report({ metric: 'primed.step_vs_finetune', value: null, reason: 'a run told no speed' })
      first.child.kill('SIGTERM')
      await first.exited

      note('Second start ...')
      started = performance.now()
      const second = startProduct(env, checkout)
      await until('the dashboard', 300, dashboard)
      report(measured('start.warm_s', 's', [seconds()]))
      second.child.kill('SIGTERM')
      await second.exited
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  },
}

export default bench

/** Median time of a step of the method, in seconds; null where no speed was told. */
function stepSeconds(runs: readonly DemoRun[], method: string): number | null {
  const run = runs.find((candidate) => candidate.method.key === method)
  const speeds = run?.series[0]?.values.filter((value): value is number => value !== null && value > 0) ?? []
  return run && speeds.length > 0 ? run.config.batchSize / median(speeds) : null
}

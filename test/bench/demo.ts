import { execFileSync } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ApiClient } from '../../scripts/client.ts'
import { freePort, root, startProduct, until } from '../support/product.ts'
import { type Bench, measured, median } from './bench.ts'

const FINAL = ['SUCCEEDED', 'FAILED', 'STOPPED']
const RUNS = `{ runs(first: 20) { edges { node {
  method { key } state stateReason step createdAt finishedAt config series(names: ["imagesPerSecond"], maxPoints: 2000) { values }
} } } }`

interface DemoRun {
  method: { key: string }
  state: string
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
        return all.length >= 3 && all.every((run) => FINAL.includes(run.state)) ? all : null
      })
      const failed = finished.find((run) => run.state !== 'SUCCEEDED')
      if (failed) report({ metric: 'demo.minutes', value: null, reason: `${failed.method.key}: ${failed.stateReason}` })
      else {
        const begin = Math.min(...finished.map((run) => Date.parse(run.createdAt)))
        const end = Math.max(...finished.map((run) => Date.parse(run.finishedAt!)))
        report(measured('demo.minutes', 'min', [(end - begin) / 60_000]))
      }
      const fineTune = stepSeconds(finished, 'fine-tune')
      const primed = stepSeconds(finished, 'primed-dyn')
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

/** Made-up runs that unfold event by event, as the product's would. */
import { digest, figureOf, generator, methodByKey, metrics, suiteByKey, taskByKey } from './data.ts'

export interface DevEvent {
  runId: string
  seq: number
  type: string
  at: string
  payload: Record<string, unknown>
}
interface Cell {
  row: number
  column: number
  taskKey: string
  n: number
  accuracy: number
  low: number
  high: number
  balancedAccuracy: number
  auc: number
  confusion: number[][]
}

const ADJECTIVES = ['brisk', 'calm', 'lucid', 'amber', 'quiet', 'vivid', 'sober', 'keen', 'mellow', 'spry']
const ANIMALS = ['otter', 'heron', 'lynx', 'finch', 'marten', 'ibis', 'vole', 'osprey', 'tapir', 'wren']
const STEPS = 60

function wilson(p: number, n: number): [number, number] {
  const z = 1.96
  const centre = (p + (z * z) / (2 * n)) / (1 + (z * z) / n)
  const half = (z / (1 + (z * z) / n)) * Math.sqrt((p * (1 - p)) / n + (z * z) / (4 * n * n))
  return [Math.max(0, centre - half), Math.min(1, centre + half)]
}

export interface RunInput {
  suite: string
  order: string
  method: string
  seed: number
  name: string
  parameters: Record<string, unknown>
  settings: Record<string, unknown>
}

let counter = 0

export class DevRun {
  readonly id: string
  readonly key: string
  readonly events: DevEvent[] = []
  readonly cells: Cell[] = []
  readonly series = new Map<string, { steps: number[]; values: number[] }>()
  readonly references: Record<string, unknown>[] = []
  readonly checkpoints: Record<string, unknown>[] = []
  state = 'QUEUED'
  stateReason: string | null = null
  startedAt: string | null = null
  finishedAt: string | null = null
  heartbeatAt: string | null = null
  task = 0
  step = 0
  private script: Iterator<[string, Record<string, unknown>]>
  private listeners = new Set<() => void>()
  private random: () => number

  constructor(
    readonly input: RunInput,
    readonly createdAt: string,
    private readonly onChange: (run: DevRun, kind: string) => void,
  ) {
    const n = counter++
    this.id = `Run:${n + 1}`
    this.key = `${ADJECTIVES[n % 10]}-${ANIMALS[(n * 3 + Math.floor(n / 10)) % 10]}-${n + 1}`
    this.random = generator(n * 101 + input.seed)
    this.script = this.play()
  }

  get suite() {
    return suiteByKey(this.input.suite)
  }
  get order() {
    return this.suite.orders.find((o) => o.key === this.input.order)!
  }
  get method() {
    return methodByKey(this.input.method)
  }
  get totalSteps() {
    return this.method.trains ? this.order.taskKeys.length * STEPS : 0
  }

  emit(type: string, payload: Record<string, unknown>, at = new Date().toISOString()) {
    this.events.push({ runId: this.id, seq: this.events.length + 1, type, at, payload })
    this.heartbeatAt = at
    this.project(type, payload, at)
    for (const wake of this.listeners) wake()
    if (type !== 'step' || this.step % 10 === 0) this.onChange(this, type)
  }

  private project(type: string, p: Record<string, unknown>, at: string) {
    if (type === 'run.state') {
      this.state = p.state as string
      this.stateReason = (p.reason as string | undefined) ?? null
      if (this.state === 'RUNNING') this.startedAt ??= at
      if (['SUCCEEDED', 'FAILED', 'STOPPED'].includes(this.state)) this.finishedAt = at
    } else if (type === 'task.started') this.task = p.task as number
    else if (type === 'step') {
      this.step = p.step as number
      for (const [name, value] of Object.entries(p.values as Record<string, number>)) {
        const s = this.series.get(name) ?? { steps: [], values: [] }
        s.steps.push(this.step)
        s.values.push(value)
        this.series.set(name, s)
      }
    } else if (type === 'eval.cell') {
      const {
        interval,
        taskId,
        correct: _,
        ...rest
      } = p as never as Cell & { interval: [number, number]; taskId: string; correct: number }
      this.cells.push({ ...rest, taskKey: taskId, low: interval[0], high: interval[1] })
    } else if (type === 'reference.built') {
      const { taskId, ...rest } = p
      this.references.push({ ...rest, taskKey: taskId })
    } else if (type === 'checkpoint.saved') {
      const { path: _, ...rest } = p
      this.checkpoints.push({ ...rest, at })
    }
  }

  private *play(): Generator<[string, Record<string, unknown>]> {
    const keys = this.order.taskKeys
    const skill =
      { 'zero-shot': 0, 'fine-tune': 0, l2: 0.45, 'primed-uni': 0.75, 'primed-dyn': 0.9 }[this.input.method] ?? 0
    const base = keys.map(() => 0.3 + this.random() * 0.25)
    const best = keys.map(() => 0.78 + this.random() * 0.17)
    const evaluate = function* (this: DevRun, row: number): Generator<[string, Record<string, unknown>]> {
      for (let column = 1; column <= keys.length; column++) {
        const task = taskByKey(keys[column - 1]!)
        const since = row - column
        let p = base[column - 1]!
        if (this.method.trains && row > 0) {
          if (since >= 0) p = best[column - 1]! - since * 0.14 * (1 - skill) - since * 0.008
          else p -= row * 0.035 * (1 - skill) - row * 0.012 * skill
        }
        p = Math.min(0.99, Math.max(0.12, p + (this.method.trains && row > 0 ? (this.random() - 0.5) * 0.03 : 0)))
        const n = task.splits[2]!.count
        const correct = Math.round(p * n)
        const accuracy = correct / n
        const k = task.classes.length
        const confusion = task.classes.map((_, i) => {
          const total = Math.floor(n / k) + (i < n % k ? 1 : 0)
          const right = Math.round(total * Math.min(1, Math.max(0, accuracy + (this.random() - 0.5) * 0.2)))
          let rest = total - right
          return task.classes.map((__, j) => {
            if (i === j) return right
            const take = j === k - 1 || (i === k - 1 && j === k - 2) ? rest : Math.floor(rest * this.random())
            rest -= take
            return take
          })
        })
        yield [
          'eval.cell',
          {
            row,
            column,
            taskId: task.key,
            n,
            correct,
            accuracy,
            balancedAccuracy: Math.max(0, accuracy - this.random() * 0.05),
            auc: Math.min(0.999, 0.5 + accuracy * 0.5 + this.random() * 0.03),
            interval: wilson(accuracy, n),
            confusion,
          },
        ]
      }
    }.bind(this)
    yield ['run.state', { state: 'RUNNING', reason: null, errorCode: null }]
    yield [
      'log',
      { level: 'info', text: `Base model ${this.suite.modelKey}, encoder sha256:${digest('tiny').slice(0, 12)}` },
    ]
    yield* evaluate(0)
    for (let task = 1; task <= keys.length; task++) {
      const taskId = keys[task - 1]!
      if (this.method.reference !== 'none') {
        const size = 640
        const own = task === 1 ? 40 : 60 + task * 25
        yield [
          'reference.built',
          {
            task,
            taskId,
            size,
            bags: { task: own, domain: 190 + task * 10, general: size - own - 190 - task * 10 },
            questions: 24 + task * 6,
            indexVersion: `v3-${digest(this.suite.corpusKey).slice(0, 8)}`,
            milliseconds: 820 + this.random() * 900,
          },
        ]
      }
      if (this.method.trains) {
        yield ['task.started', { task, taskId, steps: STEPS }]
        for (let s = 1; s <= STEPS; s++) {
          const step = (task - 1) * STEPS + s
          const fall = Math.exp(-s / 22)
          const values: Record<string, number> = {
            'loss.ce': 0.62 + 0.9 * fall + (this.random() - 0.5) * 0.22,
            lr: 3e-4 * (s <= 10 ? s / 10 : 0.5 * (1 + Math.cos((Math.PI * (s - 10)) / (STEPS - 10)))),
          }
          if (this.method.reference !== 'none') {
            values['loss.ckt'] = 0.08 + 0.14 * (1 - fall) + (this.random() - 0.5) * 0.04
            values['loss.cmc'] = 0.04 + 0.05 * (1 - fall) + (this.random() - 0.5) * 0.015
            values['loss.dfg'] = 0.002 + 0.018 * (1 - fall) + this.random() * 0.003
          }
          if (this.input.method === 'l2') values['loss.l2'] = 0.03 * (1 - fall) + this.random() * 0.004
          values['loss.total'] = Object.entries(values).reduce(
            (sum, [name, v]) => (name.startsWith('loss.') ? sum + v : sum),
            0,
          )
          values['grad.norm'] = 0.8 + 1.4 * fall + this.random() * 0.5
          yield ['step', { task, step, values }]
          if (this.method.reference !== 'none' && s % 20 === 0) {
            yield [
              'ledger.written',
              {
                task,
                fromStep: step - 19,
                toStep: step,
                sampled: true,
                figures: Array.from({ length: 12 }, (_, i) => ({
                  figureId: figureOf(this.suite.corpusKey, Math.floor(this.random() * 2000)).key,
                  bag: i < 2 ? 'task' : i < 6 ? 'domain' : 'general',
                  rank: 1 + Math.floor(this.random() * 20),
                  draws: 9 - Math.floor(i / 2),
                })),
              },
            ]
          }
        }
      }
      if (this.input.method === 'fine-tune' && task === 3)
        yield ['alarm', { name: 'forgetting', text: `${keys[0]} fell by 19 points since it was learned` }]
      yield* evaluate(task)
      if (this.method.trains)
        yield [
          'checkpoint.saved',
          {
            task,
            step: task * STEPS,
            path: `runs/${this.id}/${task}`,
            digest: digest(this.id + task),
            bytes: 21_600_000,
            state: [
              'weights',
              'optimiser',
              'random',
              'cursor',
              ...(this.method.reference === 'none' ? [] : ['reference set', 'teacher']),
            ],
          },
        ]
    }
    yield ['run.state', { state: 'SUCCEEDED', reason: null, errorCode: null }]
  }

  /** Emits the next event; false at the end. */
  advance(at?: string): boolean {
    if (this.state === 'STOP_REQUESTED') {
      this.emit(
        'run.state',
        { state: 'STOPPED', reason: 'Stopped by request after the step in work', errorCode: null },
        at,
      )
      return false
    }
    const next = this.script.next()
    if (next.done) return false
    this.emit(next.value[0], next.value[1], at)
    return true
  }

  /** Plays events at once, `gapMs` apart, the last one now or `endMs` ago. */
  playBack(steps: number, gapMs: number, end: number) {
    let left = steps
    const times: number[] = []
    const at0 = end - steps * gapMs
    while (left-- > 0) {
      const t = at0 + times.length * gapMs
      times.push(t)
      if (!this.advance(new Date(t).toISOString())) break
    }
  }

  metric(key: string): number | null {
    const size = this.order.taskKeys.length
    const get = (r: number, c: number, f: 'accuracy' | 'auc' = 'accuracy') =>
      this.cells.find((x) => x.row === r && x.column === c)?.[f] ?? null
    const mean = (list: (number | null)[]) =>
      list.length === 0 || list.some((v) => v === null)
        ? null
        : (list as number[]).reduce((a, b) => a + b, 0) / list.length
    const range = (n: number) => Array.from({ length: n }, (_, i) => i + 1)
    switch (key) {
      case 'transfer':
        return mean(
          range(size)
            .slice(1)
            .map((j) => mean(Array.from({ length: j - 1 }, (_, i) => get(i + 1, j)))),
        )
      case 'avg':
        return mean(range(size).flatMap((i) => range(size).map((j) => get(i, j))))
      case 'last':
        return mean(range(size).map((j) => get(size, j)))
      case 'auc':
        return mean(range(size).map((j) => get(size, j, 'auc')))
      case 'bwt':
        return mean(
          range(size - 1).map((j) => {
            const a = get(size, j)
            const b = get(j, j)
            return a === null || b === null ? null : a - b
          }),
        )
      case 'forgetting.fromBest':
        return mean(
          range(size - 1).map((j) => {
            const a = get(size, j)
            const tops = range(size - 1)
              .filter((i) => i >= j)
              .map((i) => get(i, j))
            return a === null || tops.some((v) => v === null) ? null : Math.max(...(tops as number[])) - a
          }),
        )
      default:
        return null
    }
  }

  get lastSeq() {
    return this.events.length
  }

  async *since(seq: number): AsyncGenerator<DevEvent> {
    let at = seq
    let wake: () => void = () => {}
    const listener = () => wake()
    this.listeners.add(listener)
    try {
      for (;;) {
        while (at < this.events.length) yield this.events[at++]!
        await new Promise<void>((done) => {
          wake = done
          if (at < this.events.length) done()
        })
      }
    } finally {
      this.listeners.delete(listener)
    }
  }

  /** The GraphQL object: plain fields and functions of the arguments. */
  view() {
    return {
      __typename: 'Run',
      id: this.id,
      key: this.key,
      name: this.input.name,
      state: this.state,
      stateReason: this.stateReason,
      suite: this.suite,
      order: this.order,
      method: this.method,
      seed: this.input.seed,
      config: {
        suite: this.input.suite,
        order: this.input.order,
        method: this.input.method,
        seed: this.input.seed,
        stepsPerTask: STEPS,
        batchSize: 32,
        learningRate: 0.0003,
        warmupSteps: 10,
        weightDecay: 0,
        labelSmoothing: 0.2,
        evalLimit: 200,
        evalBatchSize: 64,
        model: 'tiny',
        ...this.input.settings,
        parameters: {
          ...Object.fromEntries(
            Object.entries(this.method.parameters.properties as Record<string, { default: unknown }>).map(([k, v]) => [
              k,
              v.default,
            ]),
          ),
          ...this.input.parameters,
        },
      },
      modelKey: 'tiny',
      encoderId: null,
      baseModel: null,
      configHash: digest(JSON.stringify(this.input)).slice(0, 16),
      provenance: {
        backend: { id: 'onnx', version: '1.23.0', threads: 2 },
        encoderId: `sha256:${digest('tiny')}`,
        indexVersion: 'v3-6f1c09aa',
        dataDigests: Object.fromEntries(this.order.taskKeys.map((k) => [k, taskByKey(k).digest.slice(0, 16)])),
        commit: 'a1b2c3d4',
        lockDigest: digest('lock').slice(0, 16),
        methodVersion: 1,
        orderHash: this.order.hash,
        cudaDriver: null,
      },
      createdAt: this.createdAt,
      startedAt: this.startedAt,
      finishedAt: this.finishedAt,
      heartbeatAt: this.heartbeatAt,
      attempt: 1,
      task: this.task,
      step: this.step,
      totalSteps: this.totalSteps,
      lastSeq: this.lastSeq,
      matrix: {
        taskKeys: this.order.taskKeys,
        taskNames: this.order.taskKeys.map((k) => taskByKey(k).name),
        cells: [...this.cells],
      },
      metrics: metrics.map((m) => ({ key: m.key, value: this.metric(m.key) })),
      seriesNames: [...this.series.keys()],
      series: ({ names }: { names: string[] }) =>
        names.flatMap((name) => {
          const s = this.series.get(name)
          return s ? [{ name, steps: s.steps, values: s.values, points: s.steps.length }] : []
        }),
      references: this.references,
      checkpoints: this.checkpoints,
      events: ({ first, after, types }: { first: number; after?: string; types?: string[] }) => {
        const from = after ? Number(after) : 0
        const all = this.events.filter((e) => e.seq > from && (!types || types.includes(e.type)))
        const page = all.slice(0, first)
        return {
          edges: page.map((node) => ({ cursor: String(node.seq), node })),
          pageInfo: {
            hasNextPage: all.length > first,
            hasPreviousPage: from > 0,
            startCursor: null,
            endCursor: page.length ? String(page.at(-1)!.seq) : (after ?? null),
          },
        }
      },
      reproduce: `npm run benchmark -- --suite ${this.input.suite} --order ${this.input.order} --methods ${this.input.method} --seeds ${this.input.seed} --steps-per-task ${STEPS}`,
    }
  }
}

import { type ChildProcess, spawn } from 'node:child_process'
import { availableParallelism } from 'node:os'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { type Bench, type Measurement, measured, median } from './bench.ts'
import { measureImport } from './engineImport.ts'
import { measurePipeline } from './enginePipeline.ts'
import { type EngineShape, engineShapes } from './engineShapes.ts'

interface Answer {
  milliseconds: number[]
  peakBytes: number
  version: string
  outsideEngine?: number[]
  tensorsLeft?: number
}

/** A child process that runs repeats on request; both sides wait while the other one works. */
class Side {
  private readonly answers: AsyncIterator<string>

  constructor(private readonly child: ChildProcess) {
    this.answers = createInterface({ input: child.stdout! })[Symbol.asyncIterator]()
  }

  static start(command: string, args: string[]): Side {
    const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] })
    child.on('error', () => child.stdout!.destroy())
    child.stdin!.on('error', () => {}) // a side that ended early is seen by its missing answer
    return new Side(child)
  }

  /** @returns null when the side cannot answer */
  async run(repeats: number): Promise<Answer | null> {
    this.child.stdin!.write(`${repeats}\n`)
    const { value, done } = await this.answers.next().catch(() => ({ value: undefined, done: true }))
    if (done || typeof value !== 'string') return null
    const answer = JSON.parse(value) as Answer | { missing: string }
    return 'missing' in answer ? null : answer
  }

  stop(): void {
    this.child.stdin!.end()
    this.child.kill()
  }
}

const path = (name: string) => fileURLToPath(new URL(name, import.meta.url))
/** The first step makes the session, the second fills the memory pools. */
const WARM_UP = 2
const NO_TORCH = 'no Python with torch found (ANAMNESIS_PYTHON names the interpreter, default python3)'

interface Comparison {
  own: Answer[]
  /** Empty without torch. */
  torch: Answer[]
}

/** Alternates the two sides, so that whatever else the machine does hits both. */
async function compare(shape: EngineShape, rounds: number, repeats: number): Promise<Comparison> {
  const threads = availableParallelism()
  const backend = process.env.ANAMNESIS_BACKEND ?? 'onnx'
  const own = Side.start(process.execPath, ['--import', 'tsx', path('engineWorker.ts'), shape.id, backend])
  const peer = Side.start(process.env.ANAMNESIS_PYTHON ?? 'python3', [
    path('engine.py'),
    JSON.stringify({ ...shape, threads }),
  ])
  try {
    if (!(await own.run(WARM_UP))) throw new Error(`The engine did not finish the workload "${shape.id}"; see above.`)
    let hasPeer = (await peer.run(WARM_UP)) !== null
    const comparison: Comparison = { own: [], torch: [] }
    for (let round = 0; round < rounds; round++) {
      const answer = await own.run(repeats)
      if (answer) comparison.own.push(answer)
      if (!hasPeer) continue
      const other = await peer.run(repeats)
      if (other) comparison.torch.push(other)
      else hasPeer = false
    }
    return comparison
  } finally {
    own.stop()
    peer.stop()
  }
}

/** Ratio of the medians of each round. */
function ratio(metric: string, { own, torch }: Comparison): Measurement {
  if (torch.length === 0) return { metric, value: null, reason: NO_TORCH }
  const ratios = torch.map((answer, round) => median(own[round]!.milliseconds) / median(answer.milliseconds))
  return measured(metric, 'ratio', ratios, median(torch.flatMap((answer) => answer.milliseconds)))
}

const bench: Bench = {
  title: 'training steps of the engine against PyTorch eager, alternating on the same cores',
  async run(report, note) {
    const only = process.env.ANAMNESIS_BENCH_SHAPES?.split(',')
    let left = 0
    for (const shape of engineShapes) {
      if (only && !only.includes(shape.id)) continue
      const small = shape.id.startsWith('tiny')
      const comparison = await compare(shape, small ? 7 : 3, small ? 3 : 1)
      const { own, torch } = comparison
      const last = own.at(-1)!
      note(`${shape.id}: ${last.version}${torch.length > 0 ? `, PyTorch ${torch[0]!.version}` : ''}`)
      const times = own.flatMap((answer) => answer.milliseconds)
      if (shape.kind === 'forward') {
        report(ratio('vitb16.forward_vs_torch', comparison))
      } else {
        report(ratio(`${shape.id}.step_vs_torch`, comparison))
        report(measured(`${shape.id}.step_ms`, 'ms', times))
        const outside = own.flatMap((answer) => answer.outsideEngine ?? [])
        if (outside.length > 0) {
          report(
            measured(
              `${shape.id}.js_share`,
              'share',
              outside.map((ms, index) => ms / times[index]!),
            ),
          )
        }
        const memory = `${shape.id}.memory_vs_torch`
        if (torch.length === 0) report({ metric: memory, value: null, reason: NO_TORCH })
        else {
          const peer = torch.at(-1)!.peakBytes
          report({ metric: memory, value: last.peakBytes / peer, unit: 'ratio', n: 1, peer: peer / 2 ** 20 })
        }
      }
      if (shape.id === 'tiny') {
        report(await measurePipeline(shape.config.image.size, (shape.batch * 1000) / median(times)))
      }
      left += own.reduce((sum, answer) => sum + (answer.tensorsLeft ?? 0), 0)
    }
    if (!only || only.includes('import')) report(await measureImport())
    report({ metric: 'tensors.left', value: left, unit: 'tensors', n: 1 })
  },
}

export default bench

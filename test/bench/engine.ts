import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { imageTarget } from '@anamnesis/core/model'
import { type Bench, type Measurement, measured, median } from './bench.ts'
import { measureImport } from './engineImport.ts'
import { measurePipeline } from './enginePipeline.ts'
import { type EngineShape, engineShapes } from './engineShapes.ts'
import { type Answer, Side } from './engineSide.ts'

const path = (name: string) => fileURLToPath(new URL(name, import.meta.url))
/** The first step makes the session, the second fills the memory pools. */
const WARM_UP = 2
const NO_TORCH = 'no Python with torch found (ANAMNESIS_PYTHON names the interpreter, default python3)'

interface Comparison {
  own: Answer[]
  /** As many as `own`, or none and the reason why. */
  torch: Answer[]
  torchMissing: string
}

/**
 * Alternates the two sides, so that whatever else the machine does hits both.
 * @throws when the engine itself does not answer
 */
async function compare(shape: EngineShape): Promise<Comparison> {
  const threads = availableParallelism()
  const backend = process.env.ANAMNESIS_BACKEND ?? 'onnx'
  const worker = ['--import', 'tsx', path('engineWorker.ts'), shape.id, backend]
  const own = Side.start(process.execPath, worker, 2 * shape.seconds)
  const python = process.env.ANAMNESIS_PYTHON ?? 'python3'
  const peer = shape.checkpointed
    ? null
    : Side.start(python, [path('engine.py'), JSON.stringify({ ...shape, threads })], 2 * shape.seconds)
  const comparison: Comparison = { own: [], torch: [], torchMissing: '' }
  const ownRun = async (repeats: number): Promise<Answer> => {
    const answer = await own.run(repeats)
    if ('missing' in answer) throw new Error(`the engine: ${answer.missing}`)
    return answer
  }
  const torchRun = async (repeats: number): Promise<Answer | null> => {
    if (!peer || comparison.torchMissing) return null
    const answer = await peer.run(repeats)
    if (!('missing' in answer)) return answer
    comparison.torchMissing = answer.missing === 'it ended without an answer' ? NO_TORCH : `PyTorch: ${answer.missing}`
    return null
  }
  try {
    await ownRun(WARM_UP)
    await torchRun(WARM_UP)
    const end = performance.now() + shape.seconds * 1000
    for (let round = 0; round < shape.rounds && (round === 0 || performance.now() < end); round++) {
      comparison.own.push(await ownRun(shape.repeats))
      const other = await torchRun(shape.repeats)
      if (other) comparison.torch.push(other)
    }
    return comparison
  } finally {
    own.stop()
    peer?.stop()
  }
}

/** Ratio of the medians of each round. */
function ratio(metric: string, { own, torch, torchMissing }: Comparison): Measurement {
  if (torch.length === 0) return { metric, value: null, reason: torchMissing }
  const ratios = torch.map((answer, round) => median(own[round]!.milliseconds) / median(answer.milliseconds))
  return measured(metric, 'ratio', ratios, median(torch.flatMap((answer) => answer.milliseconds)))
}

/** Ratio of the peaks of both processes; the peer's in MB. */
function memoryRatio(metric: string, { own, torch, torchMissing }: Comparison): Measurement {
  if (torch.length === 0) return { metric, value: null, reason: torchMissing }
  const peer = torch.at(-1)!.peakBytes
  return { metric, value: own.at(-1)!.peakBytes / peer, unit: 'ratio', n: 1, peer: peer / 2 ** 20 }
}

function jsShare(metric: string, own: Answer[]): Measurement[] {
  const shares = own.flatMap(({ milliseconds, outsideEngine }) =>
    (outsideEngine ?? []).map((outside, index) => outside / milliseconds[index]!),
  )
  return shares.length > 0 ? [measured(metric, 'share', shares)] : []
}

/** Time and memory of a checkpointed workload as parts of the plain one's. */
function againstPlain(id: string, { own }: Comparison, plain: Comparison | undefined): Measurement[] {
  const metrics = [`${id}.step_vs_plain`, `${id}.memory_vs_plain`] as const
  if (!plain) return metrics.map((metric) => ({ metric, value: null, reason: 'the plain workload was not measured' }))
  const plainTime = median(plain.own.flatMap(({ milliseconds }) => milliseconds))
  const ratios = own.flatMap(({ milliseconds }) => milliseconds).map((time) => time / plainTime)
  const peak = plain.own.at(-1)!.peakBytes
  const memory = { value: own.at(-1)!.peakBytes / peak, unit: 'ratio', n: 1, peer: peak / 2 ** 20 }
  return [measured(metrics[0], 'ratio', ratios, plainTime), { metric: metrics[1], ...memory }]
}

function metricsOf(shape: EngineShape, comparison: Comparison, all: ReadonlyMap<string, Comparison>): Measurement[] {
  const { id, kind, checkpointed } = shape
  if (checkpointed) return againstPlain(id, comparison, all.get(checkpointed.plain))
  if (kind === 'forward') return [ratio(`${id}_vs_torch`, comparison)]
  const times = comparison.own.flatMap(({ milliseconds }) => milliseconds)
  return [
    ratio(`${id}.step_vs_torch`, comparison),
    measured(`${id}.step_ms`, 'ms', times),
    ...jsShare(`${id}.js_share`, comparison.own),
    memoryRatio(`${id}.memory_vs_torch`, comparison),
  ]
}

/** What a workload would have reported. */
function unmeasured({ id, kind, checkpointed }: EngineShape, reason: string): Measurement[] {
  const names = checkpointed
    ? ['.step_vs_plain', '.memory_vs_plain']
    : kind === 'forward'
      ? ['_vs_torch']
      : ['.step_vs_torch', '.step_ms', '.memory_vs_torch']
  return names.map((name) => ({ metric: `${id}${name}`, value: null, reason }))
}

const bench: Bench = {
  title: 'training steps of the engine against PyTorch eager, alternating on the same cores',
  async run(report, note) {
    const only = process.env.ANAMNESIS_BENCH_SHAPES?.split(',')
    const all = new Map<string, Comparison>()
    let left = 0
    for (const shape of engineShapes) {
      if (only && !only.includes(shape.id)) continue
      let comparison: Comparison
      try {
        comparison = await compare(shape)
      } catch (error) {
        for (const measurement of unmeasured(shape, (error as Error).message)) report(measurement)
        continue
      }
      all.set(shape.id, comparison)
      const { own, torch } = comparison
      note(`${shape.id}: ${own[0]!.version}${torch.length > 0 ? `, PyTorch ${torch[0]!.version}` : ''}`)
      for (const measurement of metricsOf(shape, comparison, all)) report(measurement)
      if (shape.kind === 'step') {
        const imagesPerSecond = (shape.batch * 1000) / median(own.flatMap(({ milliseconds }) => milliseconds))
        if (shape.id === 'tiny' || shape.id === 'vitb16') {
          const metric = shape.id === 'vitb16' ? 'pipeline.headroom' : `${shape.id}.pipeline_headroom`
          report(await measurePipeline(metric, imageTarget(shape.config), imagesPerSecond))
        }
      }
      left += own.reduce((sum, answer) => sum + (answer.tensorsLeft ?? 0), 0)
    }
    if (!only || only.includes('import')) for (const measurement of await measureImport()) report(measurement)
    report({ metric: 'tensors.left', value: left, unit: 'tensors', n: 1 })
  },
}

export default bench

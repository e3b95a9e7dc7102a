import { corpusFolder, datasetFolder } from '@anamnesis/core/importers'
import { methodById } from '@anamnesis/core/methods'
import { metricById, type RunMatrix, runMatrix } from '@anamnesis/core/metrics'
import { configHash, resolveRunConfig } from '@anamnesis/core/train'
import { type AnswerCache, inParallel, type MethodsJob, perform, type RunAnswer } from './methodsJobs.ts'
import { type MeasuredSuite, type Place, suiteOf } from './methodsPlaces.ts'
import { indexFolder, type Prepared, STORE } from './methodsPrepare.ts'

/** Rates that are tried first, as multiples of the suite's own. */
const GRID = [1 / 3, 1, 3]

export interface FinishedRun {
  method: string
  seed: number
  learningRate: number
  matrix: RunMatrix
  answer: RunAnswer
}

/** One method on one suite: how its learning rate was chosen, and its reported runs. */
export interface MethodResult {
  method: string
  /** Null where nothing is trained. */
  learningRate: number | null
  /** Mean Last on the validation images of the held-out seeds, by learning rate. */
  tried: { learningRate: number; last: number }[]
  runs: FinishedRun[]
}

/** Runs on the places of one suite, from the cache where they are known. */
export class MethodRunner {
  private readonly prepared = new Map<string, Promise<Prepared>>()

  constructor(
    private readonly measured: MeasuredSuite,
    private readonly work: string,
    private readonly cache: AnswerCache,
    private readonly width: number,
    private readonly note: (text: string) => void,
  ) {}

  /** Makes the data and base models of all seeds. */
  async prepareAll(seeds: readonly number[]): Promise<void> {
    const places = [
      ...seeds.map((seed) => this.measured.place(this.work, seed, 'test')),
      ...this.measured.heldOut.map((seed) => this.measured.place(this.work, seed, 'val')),
    ]
    const unique = [...new Map(places.map((place) => [place.tasks, place])).values()]
    this.note(`Preparing ${unique.length} sets of data with their base models ...`)
    // Places that share a base model wait for the first one, which makes it.
    const first = [...new Map(unique.toReversed().map((place) => [place.model, place])).values()].reverse()
    const rest = unique.filter((place) => !first.includes(place))
    for (const group of [first, rest])
      await inParallel(
        this.width,
        group.map((place) => () => this.prepare(place)),
      )
  }

  /** The reported runs at the learning rate that was best on validation. */
  async measure(method: string, seeds: readonly number[]): Promise<MethodResult> {
    const { trains, closedForm } = methodById(method)
    const tried = trains && !closedForm ? await this.tryRates(method) : []
    const best = tried.reduce<(typeof tried)[number] | null>((a, b) => (a && a.last >= b.last ? a : b), null)
    const learningRate = best?.learningRate ?? null
    const runs = await inParallel(
      this.width,
      seeds.map((seed) => () => this.run(method, seed, 'test', learningRate)),
    )
    return { method, learningRate, tried: tried.sort((a, b) => a.learningRate - b.learningRate), runs }
  }

  private async tryRates(method: string): Promise<MethodResult['tried']> {
    const own = suiteOf(this.measured.place(this.work, this.measured.heldOut[0]!, 'val')).defaults.learningRate!
    const tried: MethodResult['tried'] = []
    const tryOut = async (rates: readonly number[]) => {
      const jobs = rates.flatMap((rate) => this.measured.heldOut.map((seed) => ({ rate, seed })))
      const lasts = await inParallel(
        this.width,
        jobs.map(({ rate, seed }) => async () => {
          const run = await this.run(method, seed, 'val', rate).catch(diverged)
          return { rate, last: run ? metricById('last').compute(run.matrix)! : 0 }
        }),
      )
      for (const learningRate of rates) {
        const own = lasts.filter(({ rate }) => rate === learningRate)
        tried.push({ learningRate, last: own.reduce((sum, { last }) => sum + last, 0) / own.length })
      }
    }
    await tryOut(GRID.map((factor) => rounded(own * factor)))
    for (let step = 0; step < this.measured.moreRates; step++) {
      tried.sort((a, b) => a.learningRate - b.learningRate)
      const best = tried.reduce((a, b) => (a.last >= b.last ? a : b))
      if (best === tried[0]) await tryOut([rounded(best.learningRate / 3)])
      else if (best === tried.at(-1)) await tryOut([rounded(best.learningRate * 3)])
      else break
    }
    return tried
  }

  private async run(
    method: string,
    seed: number,
    split: Place['split'],
    learningRate: number | null,
  ): Promise<FinishedRun> {
    const place = this.measured.place(this.work, seed, split)
    const suite = suiteOf(place)
    const config = resolveRunConfig({ method, seed, learningRate: learningRate ?? undefined }, suite)
    const job: MethodsJob = {
      kind: 'run',
      request: {
        config,
        taskFolders: suite.taskIds.map((taskId) => datasetFolder(place.tasks, taskId)),
        exclude: suite.exclude ?? null,
        modelFolder: place.model,
        corpusFolder: corpusFolder(place.memory, suite.corpusId),
        indexFolder: indexFolder(place),
        store: STORE,
        backend: 'onnx',
        threads: 1,
      },
    }
    const key = { config: configHash(config), version: methodById(method).version, data: await this.prepare(place) }
    const { answer, known } = await this.cache.get(method, key, () => perform<RunAnswer>(job))
    const matrix = runMatrix(suite.taskIds.length, answer.cells)
    if (!known) {
      const last = metricById('last').compute(matrix)!
      const rate = learningRate === null ? '' : ` at ${learningRate}`
      this.note(
        `${method}${rate}, seed ${seed} (${split}): Last ${(100 * last).toFixed(1)}, ${answer.seconds.toFixed(0)} s`,
      )
    }
    return { method, seed, learningRate: config.learningRate, matrix, answer }
  }

  /** Makes a place once. */
  prepare(place: Place): Promise<Prepared> {
    const known = this.prepared.get(place.tasks)
    if (known) return known
    const made = perform<Prepared>({ kind: 'prepare', place, threads: 1 })
    this.prepared.set(place.tasks, made)
    return made
  }
}

/** A rate that was too large is a bad rate, not a broken bench. */
function diverged(error: Error): null {
  if (error.message.includes('not a finite number')) return null
  throw error
}

/** Two digits are enough for a learning rate. */
const rounded = (rate: number) => Number(rate.toPrecision(2))

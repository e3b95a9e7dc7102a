import { loadBackend, type NamedTensorMap, tf } from '../backend/index.ts'
import { AnamnesisError, type EventPayload, type NewEvent, Random, toAnamnesisError } from '../contracts/index.ts'
import { type Method, methodById, type TaskContext, type TeacherKind, withAddOns } from '../methods/index.ts'
import { type ClipModel, loadModel } from '../model/index.ts'
import { bagSizes } from '../reference/index.ts'
import { AdamW } from './adamw.ts'
import { Adaptation } from './adaptation.ts'
import { openCheckpoint, refuseOtherData, saveCheckpoint } from './checkpoint.ts'
import { evaluateTask } from './evaluate.ts'
import { ExemplarMemory } from './exemplars.ts'
import { Guidance } from './guidance.ts'
import { PixelBudget } from './pixelSource.ts'
import { prefetched } from './prefetch.ts'
import { Probes } from './probes.ts'
import { ReferenceBuilder } from './referenceBuilder.ts'
import { configHash, type TrainingIo, type TrainingRequest } from './request.ts'
import { cosineSchedule } from './schedule.ts'
import { ShuffledCycle } from './shuffledCycle.ts'
import { measuredPhrases } from './signals.ts'
import { openTaskData, type TaskData, taskBatch, taskSamples } from './taskData.ts'
import { averaged } from './teachers.ts'
import { trainStep } from './trainStep.ts'

/** Decoded images kept in memory by all tasks and the reference set together. */
const PIXEL_BUDGET = 384 * 2 ** 20
/** Batches decoded ahead of the step that runs. */
const AHEAD = 3
/** Steps told in one ledger event. */
const LEDGER_WINDOW = 25

type Cell = EventPayload<'eval.cell'>

/**
 * Trains and evaluates one run from its base model (or a checkpoint) to the last task, telling all of it in events;
 * run states are the caller's to tell.
 * @throws STOPPED after a requested stop; every other failure with its code
 */
export async function runTraining(request: TrainingRequest, io: TrainingIo): Promise<void> {
  const open: AsyncDisposable[] = []
  try {
    await train(request, io, open)
  } catch (error) {
    throw toAnamnesisError(error)
  } finally {
    for (const resource of open.reverse()) await resource[Symbol.asyncDispose]()
  }
}

async function train(request: TrainingRequest, io: TrainingIo, open: AsyncDisposable[]): Promise<void> {
  const { config } = request
  const method = methodById(config.method)
  const parameters = method.parse(config.parameters)
  const referenceOptions = method.referenceOptions(parameters)
  await loadBackend({ id: request.backend, threads: request.threads ?? undefined })
  const check = () => {
    if (io.stopRequested()) throw new AnamnesisError('STOPPED', 'The run was stopped as requested.')
  }

  // Weights, tasks and the point to start from.
  const hash = configHash(config)
  const checkpoint = request.resumeFrom === null ? null : await openCheckpoint(request.resumeFrom, hash)
  const { checkpointing } = config
  const { model, tokenizer } = await loadModel(checkpoint?.modelFolder ?? request.modelFolder, { checkpointing })
  keep(open, () => model.dispose())
  const budget = new PixelBudget(PIXEL_BUDGET)
  const tasks: TaskData[] = []
  for (const folder of request.taskFolders) {
    const data = await openTaskData(folder, request.exclude, model, tokenizer, budget)
    open.push(data)
    tasks.push(data)
  }
  const dataDigests = tasks.map(({ digest }) => digest)
  if (checkpoint) refuseOtherData(checkpoint, dataDigests)
  const random = checkpoint ? Random.restore(checkpoint.progress.random) : new Random(config.seed)
  const cells: Cell[] = [...(checkpoint?.progress.cells ?? [])]
  let events = checkpoint ? checkpoint.progress.events + 1 : 0
  const emit = async (event: NewEvent) => {
    events++
    await io.emit(event)
  }
  const log = (text: string) => emit({ type: 'log', payload: { level: 'info', text } })

  const evaluateRow = async (row: number, learner: Method | null) => {
    for (const [index, data] of tasks.entries()) {
      const options = { batchSize: config.evalBatchSize, limit: config.evalLimit, check }
      const scores = await evaluateTask(model, data, options, learner)
      const cell: Cell = { row, column: index + 1, taskId: data.task.id, ...scores }
      cells.push(cell)
      await emit({ type: 'eval.cell', payload: cell })
    }
  }

  // Row 0: the base model on every task.
  if (!checkpoint) {
    await log(`Evaluating the base model "${config.model}" on ${tasks.length} tasks.`)
    await evaluateRow(0, null)
  }
  if (!method.trains) {
    const base = [...cells]
    for (const row of tasks.keys()) {
      for (const cell of base) await emit({ type: 'eval.cell', payload: { ...cell, row: row + 1 } })
    }
    return
  }

  const openInitial = async () => (await loadModel(request.modelFolder)).model
  const setting = { model, labelSmoothing: config.labelSmoothing, tokenizer, openInitial }
  const learner = withAddOns(method.create(parameters, setting), config.addOns, setting)
  keep(open, () => learner.dispose())
  if (checkpoint) await restoreMethod(learner, checkpoint.methodState)
  const exemplarOptions = method.exemplarOptions(parameters)
  const exemplars = exemplarOptions
    ? new ExemplarMemory(exemplarOptions, tasks, model, checkpoint?.progress.exemplars ?? null)
    : null
  /** Lends the model of an earlier time. */
  const withTeacher = async <T>(kind: TeacherKind, look: (teacher: ClipModel) => Promise<T>): Promise<T> => {
    if (kind === 'previous') return look(model)
    const initial = await openInitial()
    const teacher = kind === 'initial' ? initial : averaged(initial, model)
    try {
      return await look(teacher)
    } finally {
      teacher.dispose()
      if (teacher !== initial) initial.dispose()
    }
  }
  const references = method.reference === 'none' ? null : await ReferenceBuilder.open(request, log)
  if (references) open.push(references)
  const adaptive = referenceOptions?.adaptive ?? null
  const probes = new Probes(model, tokenizer, budget, config.evalBatchSize, checkpoint?.progress.probes ?? [])

  for (let position = (checkpoint?.progress.task ?? 0) + 1; position <= tasks.length; position++) {
    const data = tasks[position - 1]!
    const taskId = data.task.id
    const steps = method.closedForm ? 0 : config.stepsPerTask
    const context: TaskContext = {
      position,
      task: data.task,
      steps,
      samples: taskSamples(data, model),
      random: new Random(`${config.seed}/method/${position}`),
    }
    exemplars?.beginTask(new Random(`${config.seed}/exemplars/${position}`))
    const taskRandom = random.fork(`task ${position}`)
    check()

    // The reference set, seen by the teacher: the model as it is now.
    let guidance: Guidance | null = null
    let adaptation: Adaptation | null = null
    if (references && referenceOptions && method.reference !== 'none') {
      const started = performance.now()
      const past = tasks.slice(0, position - 1)
      const set = await references.build(method.reference, past, referenceOptions, taskRandom.fork('retrieval'))
      const pairs = (await learner.choosePairs?.(references.view(set, referenceOptions), context)) ?? set.pairs
      if (pairs.length === 0) throw nothingToGuide(position)
      guidance = await Guidance.prepare({
        pairs,
        corpus: references.corpus,
        model,
        teachers: referenceOptions.teachers,
        withTeacher,
        tokenizer,
        budget,
        random: taskRandom.fork('reference'),
        batchSize: config.evalBatchSize,
        about: set,
        phrases: adaptive ? measuredPhrases(past, set.questions) : [],
        check,
      })
      if (adaptive) {
        const { size, ratio } = referenceOptions
        adaptation = await Adaptation.open({
          ...{ adaptive, references, data, past, guidance, probes, size, ratio },
          ...{ questions: set.questions, trust: set.trust, logitScale: logitScaleOf(model) },
          seed: `${config.seed}/adaptation/${position}`,
        })
      }
      const chosen = guidance.chosen.map((index) => pairs[index]!)
      await emit({
        type: 'reference.built',
        payload: {
          task: position,
          taskId,
          size: chosen.length,
          bags: bagSizes(chosen),
          questions: set.questions.length,
          indexVersion: set.indexVersion,
          milliseconds: Math.round(performance.now() - started),
        },
      })
      const alarm = await references.indexAlarm()
      if (alarm !== null) await emit({ type: 'alarm', payload: { name: 'index.changed', text: alarm } })
    }

    await learner.beginTask(context)
    await emit({ type: 'task.started', payload: { task: position, taskId, steps } })
    if (adaptation) await emit(adaptation.turn(learner, { task: position, step: (position - 1) * steps }))
    const optimizer = new AdamW(learner.variables?.() ?? model.trained(), {
      weightDecay: config.weightDecay,
      rateFactor: (name) => learner.rateFactor?.(name) ?? 1,
    })
    try {
      const order = new ShuffledCycle(data.trainLabels.length, taskRandom.fork('batches'))
      const batches = prefetched(steps, AHEAD, async () => {
        const indices = order.next(config.batchSize)
        const [pixels, reference, stored] = await Promise.all([
          data.trainPixels.batch(indices),
          guidance?.draw(referenceOptions!.batch, adaptation?.hardShare) ?? null,
          exemplars?.draw() ?? [],
        ])
        return { indices, pixels, reference, stored }
      })
      let step = 0
      let since = performance.now()
      for await (const { indices, pixels, reference, stored } of batches) {
        check()
        const learningRate = cosineSchedule(step, { peak: config.learningRate, steps, warmup: config.warmupSteps })
        const { values, remember } = await trainStep(learner, optimizer, learningRate, () => ({
          batch: taskBatch(data, model, indices, pixels),
          reference: reference && guidance!.batch(reference),
          exemplars: stored.map((drawn) => exemplars!.batch(drawn, position)),
        }))
        step++
        learner.afterStep?.(step)
        exemplars?.offer(position, indices, remember)
        const now = performance.now()
        const total = (position - 1) * steps + step
        await emit({
          type: 'step',
          payload: {
            task: position,
            step: total,
            values: {
              ...finite(values),
              learningRate,
              imagesPerSecond: (1000 * config.batchSize) / (now - since),
              inputWait: batches.lastWait, // seconds
            },
          },
        })
        since = now
        if (!Number.isFinite(values['loss.total'])) throw diverged(position, step)
        if (guidance && (step % LEDGER_WINDOW === 0 || step === steps)) {
          const fromStep = total - ((step - 1) % LEDGER_WINDOW)
          await emit({
            type: 'ledger.written',
            payload: { task: position, fromStep, toStep: total, ...guidance.ledger() },
          })
        }
        if (adaptation?.after(step, values) && step < steps) {
          await adaptation.refresh()
          await emit(adaptation.turn(learner, { task: position, step: total }))
        }
      }
    } finally {
      optimizer.dispose()
    }
    await learner.endTask(context)
    await exemplars?.endTask(position, config.evalBatchSize, check)

    // Row `position`: every task after this one; then all of it to disk.
    await evaluateRow(position, learner)
    const saved = await saveCheckpoint(
      request.checkpointFolder,
      {
        configHash: hash,
        dataDigests,
        task: position,
        step: position * steps,
        events,
        random: random.save(),
        cells,
        exemplars: exemplars?.save() ?? null,
        probes: probes.save(),
      },
      { model, tokenizer, methodState: learner.state(), guidance },
    )
    guidance?.release()
    await emit({ type: 'checkpoint.saved', payload: { task: position, step: position * steps, ...saved } })
  }
}

async function restoreMethod(method: Method, read: () => Promise<NamedTensorMap>): Promise<void> {
  const state = await read()
  method.restore(state)
  for (const tensor of Object.values(state)) tensor.dispose()
}

/** What cosines are multiplied with; frozen while tasks are learned. */
function logitScaleOf(model: ClipModel): number {
  return tf.tidy(() => model.logitScale().dataSync()[0]!)
}

function keep(open: AsyncDisposable[], dispose: () => void): void {
  open.push({ [Symbol.asyncDispose]: async () => dispose() })
}

/** A number that is not finite is told as unknown. */
function finite(values: Record<string, number>): Record<string, number | null> {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, Number.isFinite(value) ? value : null]),
  )
}

function nothingToGuide(task: number): AnamnesisError {
  return new AnamnesisError(
    'MISSING_DATA',
    `The add-ons left no reference pair for task ${task}. Loosen their thresholds or use a larger corpus.`,
  )
}

function diverged(task: number, step: number): AnamnesisError {
  return new AnamnesisError(
    'DIVERGED',
    `The loss of task ${task} is not a finite number any more at its step ${step}. Start the run with a smaller learning rate.`,
  )
}

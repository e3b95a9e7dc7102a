import { z } from 'zod'
import { tf } from '../backend/index.ts'
import { AnamnesisError, Random } from '../contracts/index.ts'
import type { ExemplarBatch, ExemplarOptions } from '../methods/index.ts'
import { type ClipModel, pixelsToTensor, tokensToTensor } from '../model/index.ts'
import { clusterSelection, herding } from '../reference/index.ts'
import type { TaskData } from './taskData.ts'
import { taskEmbeddings } from './taskEmbeddings.ts'

const savedExemplar = z.object({
  /** 1-based position of the task in the order of the run. */
  position: z.number().int().min(1),
  /** Index among the task's training images. */
  index: z.number().int().min(0),
  /** The method's values for the classes of the task; empty where it kept none. */
  remembered: z.array(z.number()),
})
type Exemplar = z.infer<typeof savedExemplar>

/** What a checkpoint holds of the memory. */
export const exemplarState = z.object({ seen: z.number().int().min(0), items: z.array(savedExemplar) })
export type ExemplarState = z.infer<typeof exemplarState>

/** An exemplar batch still on the host. */
export interface DrawnExemplars {
  items: Exemplar[]
  pixels: Uint8Array
}

/**
 * Training images that are stored to be seen again in later tasks: places in the imported tasks, not copies of pixels.
 */
export class ExemplarMemory {
  private items: Exemplar[] = []
  /** Images offered to the reservoir so far. */
  private seen = 0
  private random = new Random(0)

  constructor(
    private readonly options: ExemplarOptions,
    private readonly tasks: readonly TaskData[],
    private readonly model: ClipModel,
    saved: ExemplarState | null,
  ) {
    if (saved) {
      this.items = saved.items.map((item) => ({ ...item }))
      this.seen = saved.seen
    }
  }

  get size(): number {
    return this.items.length
  }

  /** To be called before each task, with random numbers that are the same after a resume. */
  beginTask(random: Random): void {
    this.random = random
  }

  /** The batches of one step, chosen at once and decoded in the background; none while nothing is stored. */
  draw(): Promise<DrawnExemplars[]> {
    if (this.items.length === 0) return Promise.resolve([])
    const { batch, draws } = this.options
    return Promise.all(
      Array.from({ length: draws }, async () => {
        const items = Array.from({ length: batch }, () => this.random.pick(this.items))
        return { items, pixels: await this.pixels(items) }
      }),
    )
  }

  /** Tensors of a drawn batch, to be used inside tf.tidy. @param met tasks met so far, the one at hand included */
  batch({ items, pixels }: DrawnExemplars, met: number): ExemplarBatch {
    const tasks = this.tasks.slice(0, met)
    const offsets: number[] = []
    let classes = 0
    for (const { task } of tasks) {
      offsets.push(classes)
      classes += task.classes.length
    }
    const { context } = this.model.config.text
    const tokens = new Int32Array(classes * context)
    tasks.forEach((data, i) => {
      tokens.set(data.classTokens, offsets[i]! * context)
    })
    const own = new Float32Array(items.length * classes)
    const remembered = new Float32Array(items.length * classes)
    const labels = items.map(({ position, index, remembered: values }, row) => {
      const data = this.tasks[position - 1]!
      const start = row * classes + offsets[position - 1]!
      own.fill(1, start, start + data.task.classes.length)
      remembered.set(values, start)
      return offsets[position - 1]! + data.trainLabels[index]!
    })
    return {
      images: pixelsToTensor(pixels, this.model.config),
      labels: tf.tensor1d(labels, 'int32'),
      classTokens: tokensToTensor(tokens, this.model.config),
      ownClasses: tf.tensor2d(own, [items.length, classes]),
      remembered: tf.tensor2d(remembered, [items.length, classes]),
    }
  }

  /**
   * Offers the images of a step to the reservoir: each image of the whole run is stored with equal probability
   * (Vitter 1985, algorithm R). @param remember [indices.length * classes], row by row; empty where nothing is kept
   */
  offer(position: number, indices: readonly number[], remember: Float32Array): void {
    if (this.options.selection !== 'reservoir') return
    const width = remember.length / indices.length
    indices.forEach((index, row) => {
      this.seen++
      const place = this.items.length < this.options.size ? this.items.length : this.random.int(this.seen)
      if (place >= this.options.size) return
      this.items[place] = { position, index, remembered: [...remember.subarray(row * width, (row + 1) * width)] }
    })
  }

  /** Takes exemplars of a learned task; every task met so far then has the same share of the memory. */
  async endTask(position: number, batchSize: number, check: () => void): Promise<void> {
    if (this.options.selection === 'reservoir') return
    const share = Math.floor(this.options.size / position)
    if (share === 0) {
      throw new AnamnesisError(
        'BAD_PARAMETERS',
        `${this.options.size} exemplars are too few for ${position} tasks. Store more.`,
        { field: 'parameters.exemplars' },
      )
    }
    const data = this.tasks[position - 1]!
    const embeddings = await taskEmbeddings(this.model, data, batchSize, check)
    const select = this.options.selection === 'herding' ? herding : clusterSelection
    const chosen = select({ ...embeddings, labels: data.trainLabels, classes: data.task.classes.length, count: share })
    const kept = Array.from({ length: position - 1 }, (_, i) =>
      this.items.filter((item) => item.position === i + 1).slice(0, share),
    ).flat() // the first of a task were the best
    this.items = [...kept, ...chosen.map((index) => ({ position, index, remembered: [] }))]
  }

  save(): ExemplarState {
    return { seen: this.seen, items: this.items }
  }

  private async pixels(items: readonly Exemplar[]): Promise<Uint8Array> {
    const { size } = this.model.config.image
    const bytes = size * size * 3
    const pixels = new Uint8Array(items.length * bytes)
    for (const position of new Set(items.map((item) => item.position))) {
      const rows = items.flatMap((item, row) => (item.position === position ? [row] : []))
      const decoded = await this.tasks[position - 1]!.trainPixels.batch(rows.map((row) => items[row]!.index))
      rows.forEach((row, i) => {
        pixels.set(decoded.subarray(i * bytes, (i + 1) * bytes), row * bytes)
      })
    }
    return pixels
  }
}

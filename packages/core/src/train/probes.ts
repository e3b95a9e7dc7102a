import { z } from 'zod'
import { tf } from '../backend/index.ts'
import { AnamnesisError, type Random, type ReferencePair } from '../contracts/index.ts'
import type { Corpus } from '../importers/index.ts'
import { type ClipModel, imageTarget, pixelsToTensor, type Tokenizer, tokensToTensor } from '../model/index.ts'
import { cosine } from '../stores/index.ts'
import { filled } from './evaluate.ts'
import { type PixelBudget, PixelSource } from './pixelSource.ts'

/** Reference pairs in the probe of a task. */
const PROBE = 128
/** Fewer pairs tell nothing. */
const FEWEST = 8

const savedProbe = z.object({
  taskId: z.string(),
  figureIds: z.array(z.string()),
  /** Share of pairs whose own caption was the nearest one, when the probe was taken. */
  accuracy: z.number(),
})

/** What a checkpoint holds of the probes: ids, no images. */
export const probesState = z.array(savedProbe)
export type ProbesState = z.infer<typeof probesState>

interface OpenProbe {
  saved: z.infer<typeof savedProbe>
  captions: string[]
  pixels: PixelSource
}

/**
 * A fixed batch of reference pairs for each earlier task, by which a model is asked what it still knows of the task:
 * acc_k = share of pairs whose own caption is the nearest of the batch; f_k = max(0, acc_k(then) - acc_k(now)).
 */
export class Probes {
  private readonly open = new Map<string, OpenProbe>()

  constructor(
    private readonly model: ClipModel,
    private readonly tokenizer: Tokenizer,
    private readonly budget: PixelBudget,
    private readonly batchSize: number,
    private readonly saved: ProbesState,
  ) {}

  /** Takes a probe of a task that has none yet from the pairs retrieved for its labels; too few give none. */
  async take(taskId: string, pairs: readonly ReferencePair[], corpus: Corpus, random: Random): Promise<void> {
    if (this.saved.some((probe) => probe.taskId === taskId)) return
    const chosen = random.shuffle(pairs).slice(0, PROBE)
    if (chosen.length < FEWEST) return
    const saved = { taskId, figureIds: chosen.map(({ figureId }) => figureId), accuracy: 0 }
    saved.accuracy = await this.accuracy(await this.reopen(saved, corpus))
    this.saved.push(saved)
  }

  /** f_k of each task with a probe, under the model as it is now. */
  async risks(corpus: Corpus): Promise<Map<string, number>> {
    const found = new Map<string, number>()
    for (const saved of this.saved) {
      const now = await this.accuracy(await this.reopen(saved, corpus))
      found.set(saved.taskId, Math.max(0, saved.accuracy - now))
    }
    return found
  }

  save(): ProbesState {
    return this.saved
  }

  private async reopen(saved: OpenProbe['saved'], corpus: Corpus): Promise<OpenProbe> {
    const known = this.open.get(saved.taskId)
    if (known) return known
    const figures = await Promise.all(saved.figureIds.map((id) => corpus.byId(id)))
    const captions = figures.map((figure, i) => {
      if (figure) return figure.caption
      throw missing(saved.figureIds[i]!, corpus)
    })
    const pixels = new PixelSource(imageTarget(this.model.config), this.budget, async (index) => {
      const id = saved.figureIds[index]!
      const image = await corpus.imageById(id)
      if (!image) throw missing(id, corpus)
      return { name: `of figure "${id}"`, image }
    })
    const probe = { saved, captions, pixels }
    this.open.set(saved.taskId, probe)
    return probe
  }

  private async accuracy({ captions, pixels }: OpenProbe): Promise<number> {
    const { config } = this.model
    const dim = config.embedding
    const count = captions.length
    const images = new Float32Array(count * dim)
    const texts = new Float32Array(count * dim)
    for (let first = 0; first < count; first += this.batchSize) {
      const size = Math.min(this.batchSize, count - first)
      const rows = filled(
        Array.from({ length: size }, (_, i) => first + i),
        this.batchSize,
      )
      const decoded = await pixels.batch(rows)
      const tokens = this.tokenizer.encode(
        rows.map((row) => captions[row]!),
        config.text.context,
      )
      const joined = tf.tidy(() =>
        tf.concat([
          this.model.encodeImages(pixelsToTensor(decoded, config)),
          this.model.encodeTexts(tokensToTensor(tokens, config)),
        ]),
      )
      const values = await joined.data<'float32'>()
      joined.dispose()
      images.set(values.subarray(0, size * dim), first * dim)
      texts.set(values.subarray(this.batchSize * dim, (this.batchSize + size) * dim), first * dim)
    }
    let right = 0
    for (let i = 0; i < count; i++) {
      const image = images.subarray(i * dim, (i + 1) * dim)
      let best = 0
      let score = Number.NEGATIVE_INFINITY
      for (let j = 0; j < count; j++) {
        const one = cosine(image, texts, j * dim)
        if (one > score) [best, score] = [j, one]
      }
      if (captions[best] === captions[i]) right++
    }
    return right / count
  }
}

function missing(figureId: string, corpus: Corpus): AnamnesisError {
  return new AnamnesisError(
    'MISSING_DATA',
    `Figure "${figureId}" of a probe is not in corpus "${corpus.info.id}". Import the corpus that the run began with.`,
  )
}

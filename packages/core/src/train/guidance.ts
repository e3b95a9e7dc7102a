import { tf } from '../backend/index.ts'
import { AnamnesisError, type EventPayload, type Random, type ReferencePair } from '../contracts/index.ts'
import type { Corpus } from '../importers/index.ts'
import type { ReferenceBatch, TeacherKind } from '../methods/index.ts'
import { type ClipModel, imageTarget, pixelsToTensor, type Tokenizer } from '../model/index.ts'
import { filled } from './evaluate.ts'
import { type PixelBudget, PixelSource } from './pixelSource.ts'
import { prefetched } from './prefetch.ts'
import { ShuffledCycle } from './shuffledCycle.ts'

/** Figures listed in one ledger event; the whole ledger of a task is part of its checkpoint. */
const LEDGER_FIGURES = 200
/** Batches decoded ahead while the teacher looks at the set. */
const AHEAD = 2

/** A reference batch still on the host. */
export interface DrawnReference {
  indices: number[]
  pixels: Uint8Array
}

/**
 * The reference set of one task at work: decoded images, token ids, the teachers' embeddings (computed once) and the
 * count of draws.
 */
export class Guidance {
  /** Draws of each pair since the task began. */
  readonly draws: Int32Array
  private readonly windowDraws: Int32Array
  private readonly groups: Int32Array

  private constructor(
    readonly pairs: readonly ReferencePair[],
    private readonly model: ClipModel,
    private readonly pixels: PixelSource,
    private readonly tokens: Int32Array,
    private readonly teachers: ReadonlyMap<TeacherKind, TeacherView>,
    private readonly cycle: ShuffledCycle,
  ) {
    this.draws = new Int32Array(pairs.length)
    this.windowDraws = new Int32Array(pairs.length)
    const groupOf = new Map<string, number>()
    this.groups = Int32Array.from(pairs, ({ caption }) => {
      if (!groupOf.has(caption)) groupOf.set(caption, groupOf.size)
      return groupOf.get(caption)!
    })
  }

  /** @throws MISSING_DATA when a pair's figure is not in the corpus */
  static async prepare(options: {
    pairs: readonly ReferencePair[]
    corpus: Corpus
    model: ClipModel
    /** Who looks at the set; each is asked for when it is its turn, and given back. */
    teachers: readonly TeacherKind[]
    withTeacher<T>(kind: TeacherKind, look: (teacher: ClipModel) => Promise<T>): Promise<T>
    tokenizer: Tokenizer
    budget: PixelBudget
    random: Random
    batchSize: number
    check(): void
  }): Promise<Guidance> {
    const { pairs, corpus, model, tokenizer, batchSize } = options
    const { context } = model.config.text
    const pixels = new PixelSource(imageTarget(model.config), options.budget, async (index) => {
      const { figureId } = pairs[index]!
      const image = await corpus.imageById(figureId)
      if (image) return { name: `of figure "${figureId}"`, image }
      throw new AnamnesisError(
        'MISSING_DATA',
        `Figure "${figureId}" of the reference set is not in corpus "${corpus.info.id}". Index the corpus again.`,
      )
    })
    const tokens = tokenizer.encode(
      pairs.map(({ caption }) => caption),
      context,
    )
    const teachers = new Map<TeacherKind, TeacherView>()
    for (const kind of options.teachers) {
      const view = await options.withTeacher(kind, (teacher) =>
        viewOf(teacher, { count: pairs.length, pixels, tokens, batchSize, check: options.check }),
      )
      teachers.set(kind, view)
    }
    const cycle = new ShuffledCycle(pairs.length, options.random)
    return new Guidance(pairs, model, pixels, tokens, teachers, cycle)
  }

  /** Chooses the next pairs at once, decodes them in the background. */
  draw(batchSize: number): Promise<DrawnReference> {
    const indices = this.cycle.next(batchSize)
    return this.pixels.batch(indices).then((pixels) => ({ indices, pixels }))
  }

  /** Tensors of a drawn batch, to be used inside tf.tidy; counts its draws. */
  batch({ indices, pixels }: DrawnReference): ReferenceBatch {
    const { context } = this.model.config.text
    const dim = this.model.config.embedding
    const n = indices.length
    for (const index of indices) {
      this.draws[index]!++
      this.windowDraws[index]!++
    }
    return {
      images: pixelsToTensor(pixels, this.model.config),
      tokens: tf.tensor2d(rowsOf(this.tokens, indices, context), [n, context], 'int32'),
      teachers: Object.fromEntries(
        [...this.teachers].map(([kind, { images, texts }]) => [
          kind,
          {
            images: tf.tensor2d(rowsOf(images, indices, dim), [n, dim]),
            texts: tf.tensor2d(rowsOf(texts, indices, dim), [n, dim]),
          },
        ]),
      ),
      captionGroups: tf.tensor1d(
        indices.map((index) => this.groups[index]!),
        'int32',
      ),
    }
  }

  /** Draws since the last call, the most drawn figures first. */
  ledger(): Pick<EventPayload<'ledger.written'>, 'figures' | 'sampled'> {
    const drawn = this.pairs.flatMap((pair, i) => {
      const draws = this.windowDraws[i]!
      return draws === 0 ? [] : [{ figureId: pair.figureId, bag: pair.bag, rank: pair.rank, draws }]
    })
    this.windowDraws.fill(0)
    drawn.sort((a, b) => b.draws - a.draws || a.rank - b.rank || (a.figureId < b.figureId ? -1 : 1))
    return { figures: drawn.slice(0, LEDGER_FIGURES), sampled: drawn.length > LEDGER_FIGURES }
  }

  release(): void {
    this.pixels.release()
  }
}

/** Embeddings of the whole set under one teacher, [pairs * dim], unit rows. */
interface TeacherView {
  images: Float32Array
  texts: Float32Array
}

async function viewOf(
  teacher: ClipModel,
  set: { count: number; pixels: PixelSource; tokens: Int32Array; batchSize: number; check(): void },
): Promise<TeacherView> {
  const { count, batchSize } = set
  const { embedding: dim, text } = teacher.config
  const view = { images: new Float32Array(count * dim), texts: new Float32Array(count * dim) }
  const all = Array.from({ length: count }, (_, i) => i)
  const batches = prefetched(Math.ceil(count / batchSize), AHEAD, async (number) => {
    const indices = all.slice(number * batchSize, (number + 1) * batchSize)
    const full = filled(indices, batchSize)
    return { first: indices[0]!, count: indices.length, full, pixels: await set.pixels.batch(full) }
  })
  for await (const batch of batches) {
    set.check()
    const joined = tf.tidy(() => {
      const texts = tf.tensor2d(rowsOf(set.tokens, batch.full, text.context), [batchSize, text.context], 'int32')
      return tf.concat([teacher.encodeImages(pixelsToTensor(batch.pixels, teacher.config)), teacher.encodeTexts(texts)])
    })
    const values = await joined.data<'float32'>()
    joined.dispose()
    view.images.set(values.subarray(0, batch.count * dim), batch.first * dim)
    view.texts.set(values.subarray(batchSize * dim, (batchSize + batch.count) * dim), batch.first * dim)
  }
  return view
}

function rowsOf<T extends Int32Array | Float32Array>(matrix: T, rows: readonly number[], width: number): T {
  const result = new (matrix.constructor as new (length: number) => T)(rows.length * width)
  rows.forEach((row, i) => {
    result.set(matrix.subarray(row * width, (row + 1) * width), i * width)
  })
  return result
}

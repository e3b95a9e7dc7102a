import { type Tensor1D, tf } from '../backend/index.ts'
import { AnamnesisError, type EventPayload, type Question, Random, type ReferencePair } from '../contracts/index.ts'
import type { Corpus } from '../importers/index.ts'
import type { ReferenceBatch, TeacherKind } from '../methods/index.ts'
import { type ClipModel, imageTarget, pixelsToTensor, type Tokenizer, tokensToTensor } from '../model/index.ts'
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
  private readonly captionGroups: Int32Array
  private readonly questionGroups: Int32Array
  private readonly domainGroups: Int32Array
  /** Domain of each pair: that of the question that found it. */
  readonly domains: readonly string[]
  /** Trust of the question of each pair; null where it was not measured. */
  private readonly trust: Float32Array | null
  /** Pairs that steps draw from: all, unless `choose` said otherwise. */
  private active: number[]
  private cycle: ShuffledCycle

  private constructor(
    readonly pairs: readonly ReferencePair[],
    private readonly model: ClipModel,
    private readonly pixels: PixelSource,
    private readonly tokenizer: Tokenizer,
    private readonly tokens: Int32Array,
    private readonly teachers: ReadonlyMap<TeacherKind, TeacherView>,
    private readonly random: Random,
    about: AboutPairs,
  ) {
    this.draws = new Int32Array(pairs.length)
    this.windowDraws = new Int32Array(pairs.length)
    this.active = Array.from(pairs, (_, i) => i)
    this.cycle = new ShuffledCycle(pairs.length, random)
    const domainOf = new Map(about.questions.map(({ text, domain }) => [text, domain]))
    this.domains = pairs.map(({ question }) => domainOf.get(question) ?? '')
    this.captionGroups = numbered(pairs.map(({ caption }) => caption))
    this.questionGroups = numbered(pairs.map(({ question }) => question))
    this.domainGroups = numbered(this.domains)
    const { trust } = about
    this.trust = trust && Float32Array.from(pairs, ({ question }) => trust.get(question) ?? 1)
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
    about: AboutPairs
    /** Texts that the teachers embed beside the pairs. */
    phrases?: readonly string[]
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
    const phrases = tokenizer.encode(options.phrases ?? [], context)
    const teachers = new Map<TeacherKind, TeacherView>()
    for (const kind of options.teachers) {
      const view = await options.withTeacher(kind, (teacher) =>
        viewOf(teacher, { count: pairs.length, pixels, tokens, phrases, batchSize, check: options.check }),
      )
      teachers.set(kind, view)
    }
    return new Guidance(pairs, model, pixels, tokenizer, tokens, teachers, options.random, options.about)
  }

  /** What later draws take pairs from. As many as before go on in the same order; before the first draw, any number. */
  choose(active: readonly number[]): void {
    if (active.length !== this.active.length) this.cycle = new ShuffledCycle(active.length, this.random)
    this.active = [...active]
  }

  /** Indices of the pairs that steps draw from. */
  get chosen(): readonly number[] {
    return this.active
  }

  /** Pairs that steps draw from or drew from, with their draws. */
  used(): { pair: ReferencePair; draws: number }[] {
    const active = new Set(this.active)
    return this.pairs.flatMap((pair, i) =>
      active.has(i) || this.draws[i]! > 0 ? [{ pair, draws: this.draws[i]! }] : [],
    )
  }

  /** What the first of the teachers made of the pairs, [pairs * dim] each, unit rows. */
  get teacherView(): TeacherView {
    return [...this.teachers.values()][0]!
  }

  /**
   * Chooses the next pairs at once, decodes them in the background.
   * @param hard share of the batch that comes from the domain of its first pair; null: as it falls
   */
  draw(batchSize: number, hard: number | null = null): Promise<DrawnReference> {
    const indices = hard === null ? this.next(batchSize) : this.nextHard(batchSize, hard)
    return this.pixels.batch(indices).then((pixels) => ({ indices, pixels }))
  }

  private next(count: number): number[] {
    return this.cycle.next(count).map((place) => this.active[place]!)
  }

  /** The first pair comes from the cycle; then its domain's share, at random; then the cycle again. */
  private nextHard(batchSize: number, share: number): number[] {
    const [anchor] = this.next(1)
    const near = this.active.filter((i) => this.domainGroups[i] === this.domainGroups[anchor!] && i !== anchor)
    const wanted = Math.min(near.length, Math.round(share * (batchSize - 1)))
    const hard = new Random(`hard ${this.random.uint32()}`).shuffle(near).slice(0, wanted)
    return [anchor!, ...hard, ...this.next(batchSize - 1 - wanted)]
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
      captionGroups: taken(this.captionGroups, indices),
      domains: taken(this.domainGroups, indices),
      questionGroups: taken(this.questionGroups, indices),
      questionTokens: () => {
        const questions = indices.map((index) => this.pairs[index]!.question)
        return tf.tensor2d(this.tokenizer.encode(questions, context), [n, context], 'int32')
      },
      trust: this.trust && tf.tensor1d(indices.map((index) => this.trust![index]!)),
    }
  }

  /** Draws since the last call, the most drawn figures first. */
  ledger(): Pick<EventPayload<'ledger.written'>, 'figures' | 'sampled' | 'draws'> {
    const drawn = this.pairs.flatMap(({ figureId, bag, rank, dense, visual, lexical }, i) => {
      const draws = this.windowDraws[i]!
      return draws === 0 ? [] : [{ figureId, bag, rank, draws, dense, visual, lexical }]
    })
    const draws = this.windowDraws.reduce((sum, n) => sum + n, 0)
    this.windowDraws.fill(0)
    drawn.sort((a, b) => b.draws - a.draws || a.rank - b.rank || (a.figureId < b.figureId ? -1 : 1))
    return { figures: drawn.slice(0, LEDGER_FIGURES), sampled: drawn.length > LEDGER_FIGURES, draws }
  }

  release(): void {
    this.pixels.release()
  }
}

/** Equal texts get equal numbers. */
function numbered(texts: readonly string[]): Int32Array {
  const numbers = new Map<string, number>()
  return Int32Array.from(texts, (text) => {
    if (!numbers.has(text)) numbers.set(text, numbers.size)
    return numbers.get(text)!
  })
}

function taken(groups: Int32Array, indices: readonly number[]): Tensor1D {
  return tf.tensor1d(
    indices.map((index) => groups[index]!),
    'int32',
  )
}

/** What is known of the questions that found the pairs. */
export interface AboutPairs {
  questions: readonly Question[]
  /** r_q by question text; null where it was not measured. */
  trust: ReadonlyMap<string, number> | null
}

/** Embeddings of the whole set under one teacher, [pairs * dim], unit rows. */
export interface TeacherView {
  images: Float32Array
  texts: Float32Array
  /** [phrases * dim] */
  phrases: Float32Array
}

async function viewOf(
  teacher: ClipModel,
  set: {
    count: number
    pixels: PixelSource
    tokens: Int32Array
    phrases: Int32Array
    batchSize: number
    check(): void
  },
): Promise<TeacherView> {
  const { count, batchSize } = set
  const { embedding: dim, text } = teacher.config
  const phrases = new Float32Array((set.phrases.length / text.context) * dim)
  const view = { images: new Float32Array(count * dim), texts: new Float32Array(count * dim), phrases }
  if (phrases.length > 0) {
    const embedded = tf.tidy(() => teacher.encodeTexts(tokensToTensor(set.phrases, teacher.config)))
    phrases.set(await embedded.data<'float32'>())
    embedded.dispose()
  }
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

import { tf } from '../backend/index.ts'
import { AnamnesisError, type EncodedVectors, type Random, type ReferencePair } from '../contracts/index.ts'
import { modelEncoder } from '../embed/index.ts'
import { type Corpus, openCorpus } from '../importers/index.ts'
import type { PairsInView, ReferenceOptions, ReferencePolicy } from '../methods/index.ts'
import {
  augmentInThread,
  type ClipModel,
  decodeImages,
  imageTarget,
  loadModel,
  pixelsToTensor,
} from '../model/index.ts'
import {
  askPairs,
  buildReferenceSet,
  type DomainGap,
  domainGap,
  type KeywordSpread,
  keywordSpread,
  margin,
  mean,
  type ReferenceSet,
  requiredDetail,
} from '../reference/index.ts'
import { changedVersion, type DomainClassifier, domainClassifier, indexCorpus, openIndex } from '../retrieve/index.ts'
import type { VectorStore } from '../stores/index.ts'
import { evenly } from './evaluate.ts'
import type { TrainingRequest } from './request.ts'
import { RetrievalRecorder } from './retrievalRecorder.ts'
import { classPrompt, type TaskData } from './taskData.ts'

/** Images of a learned task whose domain is asked for. */
const DOMAIN_SAMPLE = 64
/** A domain counts as seen from this share of the sample on; below it, it is the classifier's noise. */
const SEEN_SHARE = 0.1

/** Times the size of the set that is retrieved where the set changes while training. */
const RESERVE = 2

/** Images of a new task by which its domain gap is measured. */
const SIGNAL_SAMPLE = 256
/** Images embedded at a time for add-ons. */
const VIEW_BATCH = 64

/** Retrieves the reference set of each task with the base model as encoder: the one that the index was made with. */
export class ReferenceBuilder implements AsyncDisposable {
  private readonly domainsOf = new Map<TaskData, Promise<string[]>>()
  private spread: Promise<KeywordSpread> | null = null

  private constructor(
    readonly corpus: Corpus,
    private readonly store: VectorStore,
    private readonly model: ClipModel,
    private readonly encoder: ReturnType<typeof modelEncoder>,
    private readonly domains: DomainClassifier,
    private readonly recorder: RetrievalRecorder,
    /** Recalled figures. */
    private readonly leaveOut: readonly string[],
    private readonly close: () => Promise<void>,
  ) {}

  /** Opens corpus and index, and completes the index where it is not. @throws UNKNOWN_CORPUS, MISSING_DATA, ENCODER_MISMATCH */
  static async open(request: TrainingRequest, log: (text: string) => Promise<void>): Promise<ReferenceBuilder> {
    const { corpusFolder, indexFolder } = request
    if (corpusFolder === null || indexFolder === null) {
      throw new AnamnesisError(
        'UNKNOWN_CORPUS',
        `Method "${request.config.method}" retrieves from the literature, but the run has no corpus. Import one first.`,
      )
    }
    const opened: AsyncDisposable[] = []
    const close = async () => {
      for (const resource of opened.reverse()) await resource[Symbol.asyncDispose]()
    }
    try {
      const { model, tokenizer, encoderId } = await loadModel(request.modelFolder)
      opened.push({ [Symbol.asyncDispose]: async () => model.dispose() })
      const encoder = modelEncoder(model, tokenizer, encoderId)
      const corpus = await openCorpus(corpusFolder)
      opened.push(corpus)
      const store = await openIndex({ root: indexFolder, corpus: corpus.info, encoder, store: request.store })
      opened.push(store)
      const { encoded, milliseconds } = await indexCorpus({ corpus, encoder, store, cacheRoot: indexFolder })
      if (encoded > 0) await log(`Indexed ${encoded} figures in ${(milliseconds / 1000).toFixed(1)} s.`)
      const about = { corpus: corpus.info, store: store.kind }
      const recorder = new RetrievalRecorder(encoder, request.retrievalFolder ?? null, about)
      const domains = await domainClassifier(encoder)
      return new ReferenceBuilder(corpus, store, model, encoder, domains, recorder, request.leaveOut ?? [], close)
    } catch (error) {
      await close()
      throw error
    }
  }

  /** @param past tasks learned before this one, in order */
  async build(
    policy: Exclude<ReferencePolicy, 'none'>,
    past: readonly TaskData[],
    options: ReferenceOptions,
    random: Random,
  ): Promise<ReferenceSet> {
    const seen = policy === 'dynamic' ? await Promise.all(past.map((data) => this.seenDomains(data))) : []
    const { adaptive } = options
    const reserve = adaptive && (adaptive.budgets || adaptive.redraw)
    const size = reserve ? RESERVE * options.size : options.size
    const trustFloor = adaptive?.signals.trust ? adaptive.trustFloor : null
    const set = await buildReferenceSet({
      policy,
      pastTasks: past.map(({ task }) => task),
      seenDomains: [...new Set(seen.flat())],
      size,
      store: this.store,
      encoder: this.recorder.encoder,
      random,
      ratio: options.ratio,
      k: options.k,
      perCaption: options.perCaption,
      mode: options.mode,
      split: options.split,
      trustFloor,
      leaveOut: this.leaveOut,
    })
    await this.recorder.save(past.length + 1, policy, { ...options, size, trustFloor }, set)
    return set
  }

  /** A text for an alarm where the index was written anew since the run opened it; the run goes on with what it opened. */
  async indexAlarm(): Promise<string | null> {
    const changed = await changedVersion(this.store)
    if (changed === null) return null
    return `The index of corpus "${this.corpus.info.id}" changed while the run is under way: the run goes on with version ${await this.store.version()}, the folder now holds ${changed}.`
  }

  /** The set as add-ons see it; questions that they ask are added to its own. */
  view(set: ReferenceSet, { perCaption, mode }: ReferenceOptions): PairsInView {
    const known = new Map(set.questions.map((question) => [question.text, question]))
    return {
      pairs: set.pairs,
      encoder: this.encoder,
      questionOf: ({ question }) => known.get(question) ?? null,
      images: (pairs, random) => this.imageVectors(pairs, random),
      ask: async (questions, k) => {
        for (const question of questions) known.set(question.text, question)
        set.questions.push(...questions)
        const { store, encoder, leaveOut } = this
        return askPairs(questions, { store, encoder, k, perCaption, mode, leaveOut })
      },
    }
  }

  /** Under the base model, changed gently at random where random numbers are given. */
  private async imageVectors(pairs: readonly ReferencePair[], random?: Random): Promise<EncodedVectors> {
    const { config } = this.model
    const dim = config.embedding
    const data = new Float32Array(pairs.length * dim)
    for (let first = 0; first < pairs.length; first += VIEW_BATCH) {
      const batch = pairs.slice(first, first + VIEW_BATCH)
      const images = await Promise.all(batch.map(({ figureId }) => this.image(figureId)))
      const names = batch.map(({ figureId }) => `of figure "${figureId}"`)
      const decoded = await decodeImages(images, imageTarget(config), names)
      const pixels = random ? await augmentInThread(decoded, config.image.size, random.fork(`${first}`)) : decoded
      const vectors = tf.tidy(() => this.model.encodeImages(pixelsToTensor(pixels, config)))
      data.set(await vectors.data<'float32'>(), first * dim)
      vectors.dispose()
    }
    return { encoderId: this.encoder.id, dim, data }
  }

  private async image(figureId: string): Promise<Uint8Array> {
    const image = await this.corpus.imageById(figureId)
    if (image) return image
    throw new AnamnesisError('MISSING_DATA', `Figure "${figureId}" is not in corpus "${this.corpus.info.id}".`)
  }

  /** What a sample of a task's images says: how far it lies from the seen domains, and how fine its own classes are. */
  async look(
    data: TaskData,
    seen: readonly string[],
    references: ReadonlyMap<string, readonly string[]>,
  ): Promise<{ gap: DomainGap; detail: number | null }> {
    this.spread ??= keywordSpread(this.store, this.encoder)
    const spread = await this.spread
    const sample = evenly(data.trainLabels.length, SIGNAL_SAMPLE)
    const encoded = await Promise.all(sample.map(async (index) => (await data.trainImage(index)).image))
    const images = rowsOf(await this.encoder.encodeImages(encoded))
    const prompts = data.task.classes.map(({ promptName }) => classPrompt(promptName))
    const texts = rowsOf(await this.encoder.encodeTexts(prompts))
    const margins = data.task.classes.flatMap((_, label) => {
      const own = images.filter((_, i) => data.trainLabels[sample[i]!] === label)
      const all = own.map((image) => margin(image, texts, label))
      return mean(all) ?? []
    })
    const { store, domains } = this
    const gap = await domainGap({ images, seen, references, store, domains, spread })
    return { gap, detail: requiredDetail(margins, spread.margin) }
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  /** Phi_D over a sample of a task's training images; asked once a task. */
  seenDomains(data: TaskData): Promise<string[]> {
    const known = this.domainsOf.get(data)
    if (known) return known
    const asked = (async () => {
      const sample = evenly(data.trainLabels.length, DOMAIN_SAMPLE)
      const images = await Promise.all(sample.map(async (index) => (await data.trainImage(index)).image))
      const votes = await this.domains.images(images)
      return votes.filter(({ share }) => share >= SEEN_SHARE).map(({ keyword }) => keyword)
    })()
    this.domainsOf.set(data, asked)
    return asked
  }
}

function rowsOf({ data, dim }: EncodedVectors): Float32Array[] {
  return Array.from({ length: data.length / dim }, (_, i) => data.subarray(i * dim, (i + 1) * dim))
}

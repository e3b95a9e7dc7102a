import type { Question, Random } from '../contracts/index.ts'
import type { AdaptiveReference, GuidanceSignals, ReferenceOptions } from '../methods/index.ts'
import {
  adaptiveTargets,
  chosenPairs,
  classKey,
  coarseMargin,
  type DomainGap,
  margin,
  mean,
  type PoolPair,
  type ReviewNeeds,
  redrawn,
  requiredDetail,
} from '../reference/index.ts'
import { cosine } from '../stores/index.ts'
import type { Guidance } from './guidance.ts'
import type { Probes } from './probes.ts'
import type { ReferenceBuilder } from './referenceBuilder.ts'
import { classPrompt, type TaskData } from './taskData.ts'

export interface Measured {
  signals: GuidanceSignals
  /** All of it for the record, by name. */
  all: Record<string, number | null>
}

/** The class prompts of earlier tasks and the domains of a set, for teachers to embed beside it. */
export function measuredPhrases(past: readonly TaskData[], questions: readonly Question[]): string[] {
  return [...past.flatMap(promptsOf), ...domainsOf(questions).map(domainPhrase)]
}

/**
 * Measures a task and its reference set at its start and while it trains, and says which pairs of the retrieved ones
 * the steps should see. Domain gap, detail and confusion are of the task, the set and the frozen teacher; risk and
 * drift change with the model.
 */
export class GuidanceMeter {
  private needs: ReviewNeeds = { gap: null, detail: null, risk: new Map(), need: new Map(), closeness: new Map() }
  private readonly pool: PoolPair[]

  private constructor(
    private readonly options: MeterOptions,
    private readonly gap: DomainGap | null,
    /** d where no earlier class has figures: from the task's own images. */
    private readonly ownDetail: number | null,
  ) {
    const { guidance, questions } = options
    const known = new Map(questions.map((question) => [question.text, question]))
    this.pool = guidance.pairs.map(({ bag, question }) => ({
      bag,
      question: known.get(question) ?? { text: question, bag, domain: '', taskId: null, classId: null },
    }))
  }

  /** Looks at a sample of the task's images, and takes probes of earlier tasks that have none yet. */
  static async open(options: MeterOptions): Promise<GuidanceMeter> {
    const { adaptive, references, data, past, guidance, questions, probes, random } = options
    const seen = new Set((await Promise.all(past.map((task) => references.seenDomains(task)))).flat())
    const ids = new Map<string, string[]>()
    guidance.pairs.forEach(({ figureId }, i) => {
      const domain = guidance.domains[i]!
      if (!ids.has(domain)) ids.set(domain, [])
      ids.get(domain)!.push(figureId)
    })
    const { gap, detail } = adaptive.signals
    const found = gap || detail ? await references.look(data, [...seen], ids) : null
    if (adaptive.signals.risk) {
      const own = new Map(questions.map((question) => [question.text, question.taskId]))
      for (const { task } of past) {
        const pairs = guidance.pairs.filter(({ question }) => own.get(question) === task.id)
        await probes.take(task.id, pairs, references.corpus, random.fork(`probe of ${task.id}`))
      }
    }
    return new GuidanceMeter(options, gap ? found!.gap : null, detail ? found!.detail : null)
  }

  /** @param drift mean of the steps since the last measurement; null before the first */
  async measure(drift: number | null): Promise<Measured> {
    const { adaptive, probes, references, trust, guidance } = this.options
    const classes = this.classes()
    const detail = adaptive.signals.detail
      ? (requiredDetail(
          [...classes.values()].map((one) => one.margin),
          this.domainMargin(),
        ) ?? this.ownDetail)
      : null
    const need = new Map(
      adaptive.signals.confusion ? [...classes].map(([key, { confusion }]) => [key, confusion] as const) : [],
    )
    const risk = adaptive.signals.risk ? await probes.risks(references.corpus) : new Map<string, number>()
    const gap = this.gap?.gap ?? null
    this.needs = { gap, detail, risk, need, closeness: this.gap?.closeness ?? new Map() }
    const trusts = trust && guidance.chosen.map((i) => trust.get(guidance.pairs[i]!.question) ?? 1)
    const signals: GuidanceSignals = {
      gap,
      detail,
      need: mean([...need.values()]),
      risk: risk.size === 0 ? null : Math.max(...risk.values()),
      trust: trusts && mean(trusts),
      drift,
    }
    return {
      signals,
      all: {
        ...signals,
        'gap.neighbours': this.gap?.neighbours ?? null,
        'gap.centroids': this.gap?.centroids ?? null,
        ...Object.fromEntries([...risk].map(([taskId, value]) => [`risk.${taskId}`, value])),
        ...Object.fromEntries([...need].map(([key, value]) => [`need.${key}`, value])),
      },
    }
  }

  /** The pairs to begin with, by the last measurement. */
  begin(): void {
    const { adaptive, guidance, size, ratio } = this.options
    if (!adaptive.budgets && !adaptive.redraw) return
    guidance.choose(chosenPairs(this.pool, adaptiveTargets(this.pool, size, ratio, this.wanted())))
  }

  /** A part of the pairs drawn anew, by the last measurement. */
  redraw(random: Random): void {
    const { adaptive, guidance, size, ratio } = this.options
    if (!adaptive.redraw) return
    const targets = adaptiveTargets(this.pool, size, ratio, this.wanted())
    guidance.choose(redrawn(guidance.chosen, this.pool, targets, random))
  }

  /** What the budgets follow; nothing where they are switched off. */
  private wanted(): ReviewNeeds {
    if (this.options.adaptive.budgets) return this.needs
    return { gap: null, detail: null, risk: new Map(), need: new Map(), closeness: new Map() }
  }

  /** Margin and confusion of each earlier class with figures, under the teacher. */
  private classes(): Map<string, { margin: number; confusion: number }> {
    const { past, guidance, logitScale } = this.options
    const { images, phrases } = guidance.teacherView
    const found = new Map<string, { margins: number[]; confusions: number[] }>()
    const dim = this.dim
    let first = 0
    for (const { task } of past) {
      const texts = task.classes.map((_, i) => phrases.subarray((first + i) * dim, (first + i + 1) * dim))
      first += texts.length
      for (const index of guidance.chosen) {
        const { taskId, classId } = this.pool[index]!.question
        if (taskId !== task.id || classId === null) continue
        const own = task.classes.findIndex(({ id }) => id === classId)
        if (own < 0) continue
        const image = images.subarray(index * dim, (index + 1) * dim)
        const key = classKey(task.id, classId)
        const one = found.get(key) ?? { margins: [], confusions: [] }
        one.margins.push(margin(image, texts, own))
        one.confusions.push(1 - probability(image, texts, own, logitScale))
        found.set(key, one)
      }
    }
    return new Map(
      [...found].map(([key, { margins, confusions }]) => [
        key,
        { margin: mean(margins)!, confusion: mean(confusions)! },
      ]),
    )
  }

  /** m_ref: the margin between the domains of the set. */
  private domainMargin(): number | null {
    const { past, guidance, questions } = this.options
    const { images, phrases } = guidance.teacherView
    const dim = this.dim
    const first = past.flatMap(promptsOf).length
    const domains = domainsOf(questions)
    const texts = domains.map((_, i) => phrases.subarray((first + i) * dim, (first + i + 1) * dim))
    const figures: Float32Array[][] = domains.map(() => [])
    for (const index of guidance.chosen) {
      const own = domains.indexOf(this.pool[index]!.question.domain)
      if (own >= 0) figures[own]!.push(images.subarray(index * dim, (index + 1) * dim))
    }
    return coarseMargin(figures, texts)
  }

  private get dim(): number {
    const { guidance } = this.options
    return guidance.teacherView.images.length / guidance.pairs.length
  }
}

export interface MeterOptions {
  adaptive: AdaptiveReference
  references: ReferenceBuilder
  data: TaskData
  past: readonly TaskData[]
  guidance: Guidance
  /** Of the retrieved set. */
  questions: readonly Question[]
  /** r_q by question text; null where it was not measured. */
  trust: ReadonlyMap<string, number> | null
  probes: Probes
  /** Pairs that steps draw from. */
  size: number
  ratio: ReferenceOptions['ratio']
  /** exp of the model's logit scale. */
  logitScale: number
  random: Random
}

const promptsOf = ({ task }: TaskData): string[] => task.classes.map(({ promptName }) => classPrompt(promptName))

const domainPhrase = (domain: string) => `a photo of a ${domain} image`

function domainsOf(questions: readonly Question[]): string[] {
  return [...new Set(questions.map(({ domain }) => domain))].filter((domain) => domain !== '')
}

/** Softmax of scale * cos over the texts, at `own`. */
function probability(image: Float32Array, texts: readonly Float32Array[], own: number, scale: number): number {
  const logits = texts.map((text) => scale * cosine(image, text))
  const largest = Math.max(...logits)
  const weights = logits.map((logit) => Math.exp(logit - largest))
  return weights[own]! / weights.reduce((sum, weight) => sum + weight, 0)
}

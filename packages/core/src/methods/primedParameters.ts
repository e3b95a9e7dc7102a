import { z } from 'zod'
import type { RetrievalMode } from '../retrieve/index.ts'
import { TEACHERS } from './method.ts'

export const knowledgeParameters = {
  alpha: z.number().min(0).max(100).default(1).meta({
    title: 'CKT weight α',
    description:
      'Weight of contrastive knowledge transfer: keep the teacher’s similarities between reference images and captions.',
  }),
  beta: z.number().min(0).max(100).default(0.25).meta({
    title: 'CMC weight β',
    description: 'Weight of cross-modality consistency: match each reference image with its own caption.',
  }),
  lambda: z.number().min(0).max(1e6).default(1).meta({
    title: 'Guard weight λ',
    description: 'Weight of the dynamic Fisher guard: hold parameters that the reference set depends on.',
  }),
  temperature: z.number().positive().max(100).default(2).meta({
    title: 'Distillation temperature',
    description: 'Softens teacher and student similarities in CKT, on top of the logit scale.',
  }),
  ckt: z.boolean().default(true).meta({ title: 'Use CKT', description: 'Off: ablation without knowledge transfer.' }),
  cmc: z.boolean().default(true).meta({ title: 'Use CMC', description: 'Off: ablation without consistency.' }),
  guard: z
    .boolean()
    .default(true)
    .meta({ title: 'Use the guard', description: 'Off: ablation without the Fisher guard.' }),
}

/** Both towers of the student, or one of them against the other of the teacher. */
const DISTILLED = ['contrastive', 'image', 'text'] as const
/** What pulls the weights to those before the task. */
const REGULARISERS = ['dfg', 'ewc', 'l2', 'none'] as const

/** The component ablations of the paper; the defaults are the published method. */
const ablations = {
  teacher: z.enum(TEACHERS).default('previous').meta({
    title: 'Teacher',
    description: 'The model after the last task, the base model, or the mean of their weights.',
  }),
  distilled: z.enum(DISTILLED).default('contrastive').meta({
    title: 'Distilled part',
    description:
      'CKT on both towers, or only on the image or the text tower, with the teacher’s embeddings for the other one.',
  }),
  regulariser: z.enum(REGULARISERS).default('dfg').meta({
    title: 'Regulariser',
    description:
      'dfg: Fisher weights of every step; ewc: Fisher weights of the tasks, taken after each; l2: all weights alike; none.',
  }),
  fisherSamples: z.number().int().min(1).max(100_000).default(128).meta({
    title: 'Fisher samples',
    description: 'Images of a task from which EWC’s Fisher information is estimated; only for the regulariser ewc.',
  }),
}

const onOff = (title: string, description: string) => z.boolean().default(true).meta({ title, description })

/** The profile `adaptive`; each signal and each knob has a switch, and none has an effect in the profile `paper`. */
const adaptive = {
  profile: z.enum(['paper', 'adaptive']).default('paper').meta({
    title: 'Profile',
    description:
      'paper: as published. adaptive: retrieval measures the task, and the measurements turn the knobs below.',
  }),
  refreshSteps: z.number().int().min(1).max(1_000_000).default(100).meta({
    title: 'Steps between measurements',
    description: 'Adaptive: signals are measured at the start of a task and then every so many steps.',
  }),
  gapSignal: onOff('Signal: domain gap', 'Adaptive: how far the task lies from the domains seen so far.'),
  detailSignal: onOff('Signal: required detail', 'Adaptive: how close class texts lie, compared with domains.'),
  confusionSignal: onOff('Signal: class confusion', 'Adaptive: which earlier classes the teacher mixes up.'),
  riskSignal: onOff('Signal: old-task risk', 'Adaptive: what was lost on probe pairs of each earlier task.'),
  trustSignal: onOff(
    'Signal: retrieval trust',
    'Adaptive: drops retrieved figures that suit their question no better than chance.',
  ),
  trustFloor: z.number().min(0).max(1).default(0.5).meta({
    title: 'Trust floor',
    description: 'Adaptive: least trust of a retrieved figure; 0.5 is the median of random pairs.',
  }),
  adaptBudgets: onOff('Knob: budgets', 'Adaptive: shares of the bags and, inside them, of tasks, classes and domains.'),
  adaptRedraw: onOff('Knob: redraw', 'Adaptive: a fifth of the reference set is drawn anew at each measurement.'),
  adaptFeatures: onOff('Knob: feature distillation', 'Adaptive: keeps embeddings, weighted by the domain gap.'),
  adaptRelations: onOff(
    'Knob: relation distillation',
    'Adaptive: keeps similarities of images of one domain, weighted by detail.',
  ),
  adaptTemperature: onOff('Knob: temperature', 'Adaptive: halves the distillation temperature at full detail.'),
  adaptNegatives: onOff(
    'Knob: hard negatives',
    'Adaptive: share of a reference batch from one domain, more with more detail.',
  ),
  adaptScreening: onOff(
    'Knob: teacher screening',
    'Adaptive: leaves out rows that the teacher gets wrong where trust is low.',
  ),
  adaptAlpha: onOff(
    'Knob: α in closed loop',
    'Adaptive: more distillation when the embeddings drift, less when they do not.',
  ),
  adaptMemory: onOff('Knob: Fisher memory', 'Adaptive: Fisher weights are a running mean over steps.'),
  adaptExponent: onOff('Knob: Fisher exponent', 'Adaptive: evens out the Fisher weights for near domains.'),
  adaptClip: onOff('Knob: Fisher clip', 'Adaptive: Fisher weights are cut at their 99.5th percentile per tensor.'),
  adaptLambda: onOff('Knob: guard weight', 'Adaptive: a stronger guard for far domains.'),
}

export const primedParameters = { ...knowledgeParameters, ...ablations, ...adaptive }

const MODES = ['layered', 'lexical', 'dense'] as const satisfies readonly RetrievalMode[]

/** How PRIMED_dyn retrieves. */
export const siphonParameters = {
  taskShare: z.number().min(0).max(1000).default(100).meta({
    title: 'Task share',
    description: 'Part of earlier tasks’ labels in the reference set; only the ratio of the three shares counts.',
  }),
  domainShare: z.number().min(0).max(1000).default(80).meta({
    title: 'Domain share',
    description: 'Part of questions from the domains seen so far.',
  }),
  generalShare: z.number().min(0).max(1000).default(30).meta({
    title: 'General share',
    description: 'Part of questions from all other domains. The first task has only these.',
  }),
  split: z.enum(['bag', 'question']).default('bag').meta({
    title: 'Shares count',
    description: 'bag: each share is that of a whole bag. question: each question of a bag has that weight.',
  }),
  k: z.number().int().min(1).max(10_000).default(100).meta({
    title: 'Figures per question',
    description: 'Most figures that the layered retrieval keeps for one question.',
  }),
  perCaption: z.number().int().min(1).max(100).default(2).meta({
    title: 'Images per caption',
    description: 'Most images kept of those that share one caption.',
  }),
  retrieval: z.enum(MODES).default('layered').meta({
    title: 'Retrieval',
    description: 'layered: dense, visual and lexical layer. lexical: BM25 alone. dense: caption embeddings alone.',
  }),
}

const knowledgeShape = z.object(knowledgeParameters)
const primedShape = z.object(primedParameters)
export type KnowledgeParameters = z.output<typeof knowledgeShape>
export type PrimedParameters = z.output<typeof primedShape>

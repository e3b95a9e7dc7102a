import { z } from 'zod'
import { type NamedTensorMap, type Scalar, tf } from '../backend/index.ts'
import { AnamnesisError } from '../contracts/index.ts'
import { contrastiveKnowledgeTransfer, crossModalityConsistency, fisherGuard } from '../losses/index.ts'
import { Anchor } from './anchor.ts'
import { classificationLoss } from './classificationLoss.ts'
import type { Method, MethodDefinition, MethodSetting, ReferenceBatch } from './method.ts'
import { referenceOptions, referenceSet } from './referenceParameters.ts'
import { summedGradients } from './summedGradients.ts'

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

const retrieval = {
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
  k: z.number().int().min(1).max(10_000).default(100).meta({
    title: 'Figures per question',
    description: 'Most figures that the layered retrieval keeps for one question.',
  }),
  perCaption: z.number().int().min(1).max(100).default(2).meta({
    title: 'Images per caption',
    description: 'Most images kept of those that share one caption.',
  }),
}

const uniformParams = z.strictObject({ ...knowledgeParameters, ...referenceSet })
const dynamicParams = z.strictObject({ ...knowledgeParameters, ...referenceSet, ...retrieval })
type LossParameters = Pick<z.output<typeof uniformParams>, keyof typeof knowledgeParameters>

/** PRIMED_uni: the losses of PRIMED on a reference set spread evenly over medical domains. */
export const primedUniform: MethodDefinition<typeof uniformParams> = {
  id: 'primed-uni',
  title: 'PRIMED (uniform)',
  paper: 'PRIMED 2025',
  summary: 'Knowledge transfer, consistency and Fisher guard on reference pairs drawn evenly over all domains.',
  version: 1,
  trains: true,
  reference: 'uniform',
  params: uniformParams,
  referenceOptions: (given) => referenceOptions(given, { teachers: ['previous'] }),
  create: primedStep,
}

/** PRIMED_dyn: the same losses on the layered retrieval, mixed by the dynamic siphon. */
export const primedDynamic: MethodDefinition<typeof dynamicParams> = {
  id: 'primed-dyn',
  title: 'PRIMED (dynamic)',
  paper: 'PRIMED 2025',
  summary:
    'Knowledge transfer, consistency and Fisher guard on reference pairs retrieved for earlier labels and domains.',
  version: 1,
  trains: true,
  reference: 'dynamic',
  params: dynamicParams,
  referenceOptions: ({ taskShare, domainShare, generalShare, k, perCaption, ...given }) =>
    referenceOptions(given, {
      teachers: ['previous'],
      ratio: { task: taskShare, domain: domainShare, general: generalShare },
      k,
      perCaption,
    }),
  create: primedStep,
}

/**
 * The step of METHOD 1.8, profile `paper`. Teacher: the model after the last task, whose embeddings of the reference
 * set come with the batch.
 *
 *     g1 = grad( alpha CKT + beta CMC )                          on the reference batch
 *     W  = g1^2 / mean(g1^2) per tensor, 1e-6 where g1 is zero   constant
 *     g2 = grad( CE + lambda sum W (theta - theta_prev)^2 )
 *     update with g1 + g2
 */
export function primedStep(params: LossParameters, setting: MethodSetting): Method {
  const { model } = setting
  const anchor = new Anchor()
  const guarded = new Map([...model.variables].filter(([, variable]) => variable.trainable)) // not the logit scale
  return {
    beginTask: () => anchor.take(model),
    step: ({ batch, reference }) => {
      if (!reference) throw new AnamnesisError('INTERNAL', 'PRIMED needs a reference batch in every step.')
      const knowledge = knowledgeGradients(params, setting, reference)
      const { value: ce, gradients: task } = model.gradients(() => classificationLoss(setting, batch))
      const guard = params.guard
        ? fisherGuard(guarded, anchor.weights, knowledge.gradients, params.lambda)
        : { penalty: tf.scalar(0), gradients: {} }
      const total = tf.addN([ce, knowledge.value, tf.mul(guard.penalty, params.lambda)]) as Scalar
      const { 'loss.ckt': ckt, 'loss.cmc': cmc } = knowledge.terms
      return {
        gradients: summedGradients(knowledge.gradients, task, guard.gradients),
        metrics: {
          'loss.total': total,
          'loss.ce': ce,
          ...(ckt && { 'loss.ckt': ckt }),
          ...(cmc && { 'loss.cmc': cmc }),
          ...(params.guard && { 'loss.guard': guard.penalty }),
        },
      }
    },
    endTask: () => anchor.dispose(),
    state: () => anchor.state(),
    restore: (state) => anchor.restore(state),
    dispose: () => anchor.dispose(),
  }
}

/** g1, the value alpha CKT + beta CMC, and both terms without their weights. */
function knowledgeGradients(
  { alpha, beta, temperature, ckt, cmc }: LossParameters,
  { model, labelSmoothing }: MethodSetting,
  reference: ReferenceBatch,
): { value: Scalar; gradients: NamedTensorMap; terms: Record<string, Scalar> } {
  const terms: Record<string, Scalar> = {}
  const teacher = reference.teachers.previous!
  if (!ckt && !cmc) return { value: tf.scalar(0), gradients: {}, terms }
  const { value, gradients } = model.gradients(() => {
    const images = model.encodeImages(reference.images)
    const texts = model.encodeTexts(reference.tokens)
    const scale = model.logitScale()
    const weighted: Scalar[] = []
    if (ckt) {
      terms['loss.ckt'] = tf.keep(
        contrastiveKnowledgeTransfer({
          studentImages: images,
          studentTexts: texts,
          teacherImages: teacher.images,
          teacherTexts: teacher.texts,
          scale,
          temperature,
        }),
      )
      weighted.push(tf.mul(terms['loss.ckt'], alpha))
    }
    if (cmc) {
      terms['loss.cmc'] = tf.keep(
        crossModalityConsistency({
          images,
          texts,
          captionGroups: reference.captionGroups,
          scale,
          smoothing: labelSmoothing,
        }),
      )
      weighted.push(tf.mul(terms['loss.cmc'], beta))
    }
    return tf.addN(weighted) as Scalar
  })
  return { value, gradients, terms }
}

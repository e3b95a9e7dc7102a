import { z } from 'zod'
import { type NamedTensorMap, type Scalar, type Tensor1D, type Tensor2D, tf } from '../backend/index.ts'
import { AnamnesisError } from '../contracts/index.ts'
import {
  contrastiveKnowledgeTransfer,
  crossModalityConsistency,
  featureDistillation,
  relationDistillation,
} from '../losses/index.ts'
import { classificationLoss } from './classificationLoss.ts'
import type { Method, MethodDefinition, MethodSetting, ReferenceBatch, TeacherEmbeddings } from './method.ts'
import { adaptiveReference, PrimedKnobs, SCREENED_BELOW } from './primedKnobs.ts'
import {
  type KnowledgeParameters,
  type PrimedParameters,
  primedParameters,
  siphonParameters,
} from './primedParameters.ts'
import { regulariser } from './primedRegulariser.ts'
import { referenceOptions, referenceSet } from './referenceParameters.ts'
import { summedGradients } from './summedGradients.ts'

const uniformParams = z.strictObject({ ...primedParameters, ...referenceSet })
const dynamicParams = z.strictObject({ ...primedParameters, ...referenceSet, ...siphonParameters })

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
  referenceOptions: (given) =>
    referenceOptions(given, { teachers: [given.teacher], adaptive: adaptiveReference(given) }),
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
  referenceOptions: (given) =>
    referenceOptions(given, {
      teachers: [given.teacher],
      adaptive: adaptiveReference(given),
      ratio: { task: given.taskShare, domain: given.domainShare, general: given.generalShare },
      split: given.split,
      k: given.k,
      perCaption: given.perCaption,
      mode: given.retrieval,
    }),
  create: primedStep,
}

/** The published method for whoever states only the weights of its losses. */
const published = z.object(primedParameters).parse({})

/**
 * The step of PRIMED. Teacher: the model after the last task (or another, by ablation), whose embeddings of the
 * reference set come with the batch.
 *
 *     g1 = grad( alpha CKT + beta CMC )                          on the reference batch
 *     W  = g1^2 / mean(g1^2) per tensor, 1e-6 where g1 is zero   constant
 *     g2 = grad( CE + lambda sum W (theta - theta_prev)^2 )
 *     update with g1 + g2
 *
 * The profile `adaptive` adds l_feat features + l_rel relations to the first line and turns all weights (`PrimedKnobs`).
 */
export function primedStep(given: KnowledgeParameters & Partial<PrimedParameters>, setting: MethodSetting): Method {
  const params: PrimedParameters = { ...published, ...given }
  const { model } = setting
  const knobs = new PrimedKnobs(params)
  const guard = regulariser(params, setting, knobs)
  return {
    beginTask: () => {
      knobs.begin()
      guard.beginTask()
    },
    adapt: (signals) => knobs.turn(signals),
    step: ({ batch, reference }) => {
      if (!reference) throw new AnamnesisError('INTERNAL', 'PRIMED needs a reference batch in every step.')
      const knowledge = knowledgeGradients(params, knobs, setting, reference)
      const { value: ce, gradients: task } = model.gradients(() => classificationLoss(setting, batch))
      const lambda = knobs.lambda()
      const held = guard.pull(knowledge.gradients, lambda)
      const total = tf.addN([ce, knowledge.value, tf.mul(held.penalty, lambda)]) as Scalar
      return {
        gradients: summedGradients(knowledge.gradients, task, held.gradients),
        metrics: {
          'loss.total': total,
          'loss.ce': ce,
          ...knowledge.terms,
          ...(guard.acts && { 'loss.guard': held.penalty }),
        },
      }
    },
    endTask: (context) => guard.endTask(context),
    state: () => guard.state(),
    restore: (state) => guard.restore(state),
    dispose: () => guard.dispose(),
  }
}

/** g1, its value, and the terms without their weights. */
function knowledgeGradients(
  params: PrimedParameters,
  knobs: PrimedKnobs,
  { model, labelSmoothing }: MethodSetting,
  reference: ReferenceBatch,
): { value: Scalar; gradients: NamedTensorMap; terms: Record<string, Scalar> } {
  const { beta, ckt, cmc } = params
  const terms: Record<string, Scalar> = {}
  const teacher = reference.teachers[params.teacher]!
  const [features, relations] = [knobs.features(), knobs.relations()]
  if (!ckt && !cmc && !features && !relations) return { value: tf.scalar(0), gradients: {}, terms }
  const screened = ckt && knobs.screens && reference.trust ? screening(teacher, reference, reference.trust) : null
  const { value, gradients } = model.gradients(() => {
    const images = model.encodeImages(reference.images)
    const texts = model.encodeTexts(reference.tokens)
    const scale = model.logitScale()
    const weighted: Scalar[] = []
    const add = (name: string, term: Scalar, weight: number | Scalar) => {
      terms[name] = tf.keep(term)
      weighted.push(tf.mul(terms[name], weight))
    }
    if (ckt) {
      const transfer = contrastiveKnowledgeTransfer({
        studentImages: params.distilled === 'text' ? teacher.images : images,
        studentTexts: params.distilled === 'image' ? teacher.texts : texts,
        teacherImages: teacher.images,
        teacherTexts: teacher.texts,
        scale,
        temperature: knobs.temperature(),
        ...screened,
      })
      add('loss.ckt', transfer, knobs.alpha())
    }
    if (cmc) {
      const { captionGroups } = reference
      const consistency = crossModalityConsistency({ images, texts, captionGroups, scale, smoothing: labelSmoothing })
      add('loss.cmc', consistency, beta)
    }
    if (features) {
      const both = tf.add(featureDistillation(images, teacher.images), featureDistillation(texts, teacher.texts))
      add('loss.features', tf.div(both, 2), features)
    }
    if (relations) {
      const relation = relationDistillation({ student: images, teacher: teacher.images, groups: reference.domains })
      add('loss.relations', relation, relations)
    }
    if (knobs.adaptive) terms['guidance.drift'] = tf.keep(drift(images, teacher.images))
    return tf.addN(weighted) as Scalar
  })
  return { value, gradients, terms }
}

/** Mean of 1 - cos of unit rows. */
function drift(student: Tensor2D, teacher: Tensor2D): Scalar {
  return tf.sub(1, tf.mean(tf.sum(tf.mul(student, teacher), 1)))
}

/**
 * Teacher screening (RetCoP): a row that the teacher gives to another caption counts 0 where the trust of its question
 * is low; columns alike. @returns weights of rows and columns, [batch]
 */
function screening(teacher: TeacherEmbeddings, { captionGroups }: ReferenceBatch, trust: Tensor1D) {
  const similarities = tf.matMul(teacher.images, teacher.texts, false, true)
  const trusted = tf.greaterEqual(trust, SCREENED_BELOW)
  const weights = (best: Tensor1D) => {
    const right = tf.equal(tf.gather(captionGroups, best), captionGroups)
    return tf.cast(tf.logicalOr(right, trusted), 'float32') as Tensor1D
  }
  return { rowWeights: weights(tf.argMax(similarities, 1)), columnWeights: weights(tf.argMax(similarities, 0)) }
}

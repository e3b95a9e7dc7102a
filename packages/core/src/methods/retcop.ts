import { z } from 'zod'
import { type Scalar, type Tensor1D, type Tensor2D, tf } from '../backend/index.ts'
import { crossModalityConsistency, similarityDistillation } from '../losses/index.ts'
import { exemplarParameters } from './exemplarParameters.ts'
import { FrozenModel } from './frozenModel.ts'
import type { ExemplarBatch, MethodDefinition, TaskBatch } from './method.ts'

const params = z.strictObject({
  featureWeight: z.number().min(0).max(10_000).default(100).meta({
    title: 'Feature weight',
    description: 'Weight of the mean squared distance to the earlier model’s embeddings of rehearsal pairs.',
  }),
  similarityWeight: z.number().min(0).max(100).default(1).meta({
    title: 'Similarity weight',
    description: 'Weight of the distillation of similarities between rehearsal pairs.',
  }),
  temperature: z.number().positive().max(100).default(1).meta({
    title: 'Distillation temperature',
    description: 'Softens teacher and student similarities on top of the logit scale.',
  }),
  ...exemplarParameters(1000),
})

/**
 * RetCoP (Yao 2025): contrastive training on the new task and on rehearsal pairs, which follow the model before the
 * task in their embeddings and similarities. A row (or column) of the teacher whose largest entry is not the pair
 * itself teaches nothing: it is replaced by the student's, here by weight 0. Captions are the class prompts.
 *
 *     L = C(new) + C(rehearsal) + 100 MSE(rehearsal) + KL over rows + KL over columns
 *
 * The released code adds the KL terms only once the others sum to below 1; here they count from the start.
 */
export const retcop: MethodDefinition<typeof params> = {
  id: 'retcop',
  title: 'RetCoP',
  paper: 'Yao 2025',
  summary:
    'Contrastive training with rehearsal pairs near cluster centres, distilled where the earlier model is right.',
  version: 1,
  trains: true,
  reference: 'none',
  params,
  referenceOptions: () => null,
  exemplarOptions: ({ exemplars, exemplarBatch }) => ({
    size: exemplars,
    batch: exemplarBatch,
    draws: 1,
    selection: 'clusters',
  }),
  create: ({ featureWeight, similarityWeight, temperature }, { model }) => {
    const teacher = new FrozenModel()
    const contrastive = (images: Tensor2D, texts: Tensor2D, captionGroups: Tensor1D) =>
      crossModalityConsistency({ images, texts, captionGroups, scale: model.logitScale() })
    return {
      beginTask: () => teacher.take(model),
      step: ({ batch, exemplars: [stored] }) => {
        const known = stored && teacherView(teacher, stored)
        const terms: Record<string, Scalar> = {}
        const { value, gradients } = model.gradients(() => {
          const learned = tf.keep(
            contrastive(
              model.encodeImages(batch.images),
              captions(model.encodeTexts(batch.classTokens), batch),
              batch.labels,
            ),
          )
          terms['loss.contrastive'] = learned
          if (!stored || !known) return learned.clone()
          const images = model.encodeImages(stored.images)
          const texts = captions(model.encodeTexts(stored.classTokens), stored)
          const rehearsed = tf.keep(contrastive(images, texts, stored.labels))
          const features = tf.keep(
            tf.add(
              tf.mean(tf.square(tf.sub(images, known.images))),
              tf.mean(tf.square(tf.sub(texts, known.texts))),
            ) as Scalar,
          )
          const scale = model.logitScale()
          const similarities = tf.keep(
            similarityDistillation({
              student: tf.mul(tf.matMul(images, texts, false, true), scale),
              teacher: tf.mul(known.similarities, scale),
              temperature,
              rowWeights: known.rightRows,
              columnWeights: known.rightColumns,
            }),
          )
          Object.assign(terms, {
            'loss.rehearsal': rehearsed,
            'loss.features': features,
            'loss.distillation': similarities,
          })
          return tf.addN([
            learned,
            rehearsed,
            tf.mul(features, featureWeight),
            tf.mul(similarities, similarityWeight),
          ]) as Scalar
        })
        return { gradients, metrics: { 'loss.total': value, ...terms } }
      },
      endTask: () => {},
      state: () => ({}), // rehearsal pairs are kept by the exemplar memory; the teacher is the model itself
      restore: () => {},
      dispose: () => teacher.dispose(),
    }
  },
}

/** The embedding of each image's class prompt. @param classes [classes, dim] @returns [batch, dim] */
const captions = (classes: Tensor2D, { labels }: Pick<TaskBatch, 'labels'>): Tensor2D => tf.gather(classes, labels)

/** What the model before the task makes of rehearsal pairs, and where its largest similarity is the pair's own caption. */
function teacherView(teacher: FrozenModel, batch: ExemplarBatch) {
  const images = teacher.images(batch.images)
  const texts = captions(teacher.texts(batch.classTokens), batch)
  const similarities: Tensor2D = tf.matMul(images, texts, false, true)
  const right = (best: Tensor1D) =>
    tf.cast(tf.equal(tf.gather(batch.labels, best), batch.labels), 'float32') as Tensor1D
  return {
    images,
    texts,
    similarities,
    rightRows: right(tf.argMax(similarities, 1)),
    rightColumns: right(tf.argMax(similarities, 0)),
  }
}

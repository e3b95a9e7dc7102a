import { z } from 'zod'
import { type Scalar, type Tensor2D, tf } from '../backend/index.ts'
import { AnamnesisError } from '../contracts/index.ts'
import { classificationLoss } from './classificationLoss.ts'
import type { MethodDefinition } from './method.ts'
import { referenceOptions, referenceSet } from './referenceParameters.ts'

/** Slope and threshold of the gate (released code). */
const SLOPE = 6
const THRESHOLD = 0.2

const params = z.strictObject({
  previous: z.number().min(0).max(1000).default(9).meta({
    title: 'Weight of the previous teacher',
    description: 'Weight of the distance to the model before the task, on images that its training changed.',
  }),
  initial: z.number().min(0).max(1000).default(0.5).meta({
    title: 'Weight of the initial teacher',
    description: 'Weight of the distance to the base model, on images that training did not change.',
  }),
  ...referenceSet,
})

/**
 * Select and Distill (Yu 2024): each reference image follows one of two teachers. Those whose features moved since the
 * base model carry what earlier tasks taught, and follow the model before the task; the others follow the base model.
 * Only the image tower learns.
 *
 *     e_i = sigmoid(6 (|u_0(x_i) - u_{t-1}(x_i)| - 0.2)),  d = squared distance of image features
 *     L = CE + 9 mean(e_i d_{t-1}) + 0.5 mean((1 - e_i) d_0)
 */
export const snd: MethodDefinition<typeof params> = {
  id: 'snd',
  title: 'Select and Distill',
  paper: 'Yu 2024',
  summary: 'Distils image features from the base model or the last one, chosen image by image.',
  version: 1,
  trains: true,
  reference: 'uniform',
  params,
  referenceOptions: (given) => referenceOptions(given, { teachers: ['previous', 'initial'] }),
  create: (weights, setting) => {
    const { model } = setting
    const trained = new Map([...model.trained()].filter(([name]) => name.startsWith('visual.')))
    return {
      beginTask: () => {},
      variables: () => trained,
      step: ({ batch, reference }) => {
        if (!reference) throw new AnamnesisError('INTERNAL', 'SnD needs a reference batch in every step.')
        const { previous, initial } = reference.teachers
        const moved = tf.sqrt(squaredDistance(initial!.images, previous!.images))
        const gate = tf.sigmoid(tf.mul(tf.sub(moved, THRESHOLD), SLOPE))
        const terms: Record<string, Scalar> = {}
        const { value, gradients } = model.gradients(() => {
          const ce = tf.keep(classificationLoss({ model, labelSmoothing: 0 }, batch))
          const images = model.encodeImages(reference.images)
          const old = tf.keep(tf.mean(tf.mul(gate, squaredDistance(images, previous!.images))) as Scalar)
          const base = tf.keep(tf.mean(tf.mul(tf.sub(1, gate), squaredDistance(images, initial!.images))) as Scalar)
          Object.assign(terms, { 'loss.ce': ce, 'loss.previous': old, 'loss.initial': base })
          return tf.addN([ce, tf.mul(old, weights.previous), tf.mul(base, weights.initial)]) as Scalar
        }, trained)
        return { gradients, metrics: { 'loss.total': value, ...terms } }
      },
      endTask: () => {},
      state: () => ({}),
      restore: () => {},
      dispose: () => {},
    }
  },
}

/** Row by row. @returns [batch] */
const squaredDistance = (a: Tensor2D, b: Tensor2D) => tf.sum(tf.square(tf.sub(a, b)), -1)

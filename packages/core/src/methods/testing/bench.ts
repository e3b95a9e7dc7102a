import { type NamedTensorMap, type Tensor2D, type Tensor4D, tf } from '../../backend/index.ts'
import { Random, type Task, task } from '../../contracts/index.ts'
import { ClipModel, createModel } from '../../model/clip.ts'
import { findModelConfig } from '../../model/configs.ts'
import { trainTokenizer } from '../../model/tokenizers/trainTokenizer.ts'
import { type Method, type MethodSetting, type StepInput, type TaskContext, TEACHERS } from '../method.ts'
import { methodById } from '../registry.ts'

/** A small model and made-up batches on which methods are tried without a training loop. */
export const config = findModelConfig('test')
const BATCH = 4
const CLASSES = ['red', 'green', 'blue']
/** Classes of an earlier task, whose images the exemplar memory holds beside those of this one. */
const EARLIER = 2

export const colours: Task = task.parse({
  id: 'colours',
  name: 'Colours',
  domain: 'squares',
  modality: 'drawing',
  licence: 'CC0',
  classes: CLASSES.map((name) => ({ id: name, name, promptName: name })),
})

const normal = (random: Random, n: number) => Float32Array.from({ length: n }, () => random.normal())

const images = (random: Random, n: number): Tensor4D => {
  const { size } = config.image
  return tf.tensor4d(normal(random, n * size * size * 3), [n, size, size, 3])
}

const tokens = (random: Random, n: number): Tensor2D =>
  tf.tensor2d(
    Int32Array.from({ length: n * config.text.context }, () => random.int(600)),
    [n, config.text.context],
    'int32',
  )

const unitRows = (random: Random, rows: number): Tensor2D =>
  tf.tidy(() => {
    const raw = tf.tensor2d(normal(random, rows * config.embedding), [rows, config.embedding])
    return tf.div(raw, tf.norm(raw, 2, 1, true))
  })

const labels = (random: Random, n: number) =>
  tf.tensor1d(
    Array.from({ length: n }, () => random.int(CLASSES.length)),
    'int32',
  )

/** One step's input, drawn from the seed; to be made inside tf.tidy. It holds everything that a method may ask for. */
export function stepInput(seed: number, exemplarBatches = 0): StepInput {
  const random = new Random(seed)
  const met = EARLIER + CLASSES.length
  return {
    batch: {
      images: images(random, BATCH),
      labels: labels(random, BATCH),
      classTokens: tokens(random, CLASSES.length),
    },
    reference: {
      images: images(random, 5),
      tokens: tokens(random, 5),
      teachers: Object.fromEntries(
        TEACHERS.map((kind) => [kind, { images: unitRows(random, 5), texts: unitRows(random, 5) }]),
      ),
      captionGroups: tf.tensor1d([0, 1, 2, 0, 3], 'int32'),
      domains: tf.tensor1d([0, 0, 1, 1, 1], 'int32'),
      questionGroups: tf.tensor1d([0, 0, 1, 1, 2], 'int32'),
      questionTokens: () => tokens(new Random(`questions ${seed}`), 5),
      trust: tf.tensor1d([0.9, 0.6, 0.9, 0.6, 0.6]),
    },
    exemplars: Array.from({ length: exemplarBatches }, () => {
      const own = tf.tensor2d([
        [1, 1, 0, 0, 0],
        [0, 0, 1, 1, 1],
        [0, 0, 1, 1, 1],
      ])
      return {
        images: images(random, 3),
        labels: tf.tensor1d([random.int(2), 2 + random.int(3), 2 + random.int(3)], 'int32'),
        classTokens: tokens(random, met),
        ownClasses: own,
        remembered: tf.mul(tf.tensor2d(normal(random, 3 * met), [3, met]), own),
      }
    }),
  }
}

/** A task of twelve made-up images. */
export function taskContext(position = 1, steps = 4): TaskContext {
  const count = 12
  const label = (index: number) => index % CLASSES.length
  return {
    position,
    steps,
    task: colours,
    random: new Random(`task ${position}`),
    samples: {
      count,
      labels: Int32Array.from({ length: count }, (_, index) => label(index)),
      load: async (indices) => () => {
        const { size } = config.image
        const values = indices.flatMap((index) => [...normal(new Random(`image ${index}`), size * size * 3)])
        return {
          images: tf.tensor4d(values, [indices.length, size, size, 3]),
          labels: tf.tensor1d(indices.map(label), 'int32'),
          classTokens: tokens(new Random('classes'), CLASSES.length),
        }
      },
      classTokens: () => tokens(new Random('classes'), CLASSES.length),
    },
  }
}

export function methodSetting(model: ClipModel): MethodSetting {
  return {
    model,
    labelSmoothing: 0.2,
    tokenizer: trainTokenizer(['a photo of red', 'a photo of green'], config.text.vocabulary),
    openInitial: async () => createModel(config, 1),
  }
}

export const createMethod = (id: string, model: ClipModel, parameters: object = {}): Method =>
  methodById(id).create(parameters, methodSetting(model))

/** Batches of stored images that a method draws in a step. */
export const exemplarBatches = (id: string) => methodById(id).exemplarOptions({})?.draws ?? 0

/** One plain gradient step on whatever the method trains. @returns its metrics */
export function gradientStep(method: Method, model: ClipModel, input: () => StepInput): Record<string, number> {
  const names: string[] = []
  const values = tf.tidy(() => {
    const { gradients, metrics, remember } = method.step(input())
    const variables = method.variables?.() ?? model.trained()
    const read = Object.entries(metrics).map(([name, value]) => {
      names.push(name)
      return value.clone()
    })
    for (const [name, gradient] of Object.entries<NamedTensorMap[string]>(gradients)) {
      const variable = variables.get(name)
      if (variable?.trainable) variable.assign(tf.sub(variable, tf.mul(gradient, 0.01)))
    }
    for (const tensor of [...Object.values(gradients), ...Object.values(metrics)]) tensor.dispose()
    remember?.dispose()
    return read
  })
  const found = Object.fromEntries(values.map((value, i) => [names[i]!, value.dataSync()[0]!]))
  for (const value of values) value.dispose()
  return found
}

export const weightsOf = (model: ClipModel) => [...model.variables.values()].map((variable) => [...variable.dataSync()])

/** State as a checkpoint would hand it back: other tensors with the same bits. */
export const savedState = (method: Method): NamedTensorMap =>
  Object.fromEntries(
    Object.entries<NamedTensorMap[string]>(method.state()).map(([name, tensor]) => [
      name,
      tf.tensor(tensor.dataSync(), tensor.shape),
    ]),
  )

export { ClipModel, createModel }

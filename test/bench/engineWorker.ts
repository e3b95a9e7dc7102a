// One side of the engine bench: for every line on stdin runs some repeats and answers with their times as JSON.
import { createInterface } from 'node:readline'
import { type BackendId, loadBackend, type Scalar, type Tensor2D, type Tensor4D, tf } from '@anamnesis/core/backend'
import { Random } from '@anamnesis/core/contracts'
import { crossModalityConsistency } from '@anamnesis/core/losses'
import { createModel } from '@anamnesis/core/model'
import { AdamW } from '../../packages/core/src/train/adamw.ts'
import { engineShapes } from './engineShapes.ts'

const [shapeId, backendId] = process.argv.slice(2)
const { config, batch, kind, checkpointed } = engineShapes.find(({ id }) => id === shapeId)!
const backend = await loadBackend({ id: backendId as BackendId })
const model = createModel(config, 1, { trainLogitScale: true, checkpointing: checkpointed !== undefined })
const optimiser = kind === 'step' ? new AdamW(model.variables, { weightDecay: 0.1 }) : null
const random = new Random('engine bench')

const size = config.image.size
const pixels = Float32Array.from({ length: batch * size * size * 3 }, () => random.uniform(-1, 1))
const ids = Int32Array.from({ length: batch * config.text.context }, () => random.int(config.text.vocabulary))
const groups = tf.tensor1d(
  Int32Array.from({ length: batch }, (_, index) => index),
  'int32',
)

/** Uploads a batch as training does, and reads the loss as the progress report does. */
function step(): number {
  const loss = tf.tidy(() => {
    const images: Tensor4D = tf.tensor(pixels, [batch, size, size, 3])
    const tokens: Tensor2D = tf.tensor(ids, [batch, config.text.context], 'int32')
    const { value, gradients } = model.gradients(() =>
      crossModalityConsistency({
        images: model.encodeImages(images),
        texts: model.encodeTexts(tokens),
        captionGroups: groups,
        scale: model.logitScale(),
      }),
    )
    optimiser!.apply(gradients, 1e-4)
    return value
  }) as Scalar
  const value = loss.dataSync()[0]!
  loss.dispose()
  return value
}

function forward(): number {
  const images: Tensor4D = tf.tensor(pixels, [batch, size, size, 3])
  const vectors = model.encodeImages(images)
  const value = vectors.dataSync()[0]!
  tf.dispose([images, vectors])
  return value
}

for await (const line of createInterface({ input: process.stdin })) {
  const repeats = Number(line)
  const milliseconds: number[] = []
  const outsideEngine: number[] = []
  const tensorsBefore = tf.memory().numTensors
  let value = 0
  for (let repeat = 0; repeat < repeats; repeat++) {
    const { runMilliseconds: ranBefore } = backend.statistics().engine
    const started = performance.now()
    value = kind === 'step' ? step() : forward()
    const took = performance.now() - started
    milliseconds.push(took)
    const { runMilliseconds: ranAfter } = backend.statistics().engine
    if (ranBefore !== undefined && ranAfter !== undefined) outsideEngine.push(took - (ranAfter - ranBefore))
  }
  const answer = {
    milliseconds,
    outsideEngine,
    value,
    tensorsLeft: tf.memory().numTensors - tensorsBefore,
    peakBytes: process.resourceUsage().maxRSS * 1024,
    version: backend.version,
  }
  process.stdout.write(`${JSON.stringify(answer)}\n`)
}

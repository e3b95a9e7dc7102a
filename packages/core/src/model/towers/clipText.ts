import { type Tensor1D, type Tensor2D, type Tensor3D, tf } from '../../backend/index.ts'
import type { ClipTextConfig } from '../../contracts/index.ts'
import { norm, UNSEEN } from '../sequence.ts'
import { preNormBlocks } from '../transformer.ts'
import { clipBlock, clipBlockSpecs } from './clipBlocks.ts'
import type { Specs } from './specs.ts'
import type { TextTower, TextTowerDefinition } from './tower.ts'

const BLOCKS = 'transformer.resblocks'
const names = (block: number) => clipBlock(BLOCKS, block)

/**
 * The causal text transformer of CLIP (Radford 2021). The end-of-text token is the largest id of each row; what follows
 * it is padding, which the causal mask hides.
 */
export const clipText = (text: ClipTextConfig): TextTowerDefinition => ({
  addSpecs: (specs, embedding) => addSpecs(specs, text, embedding),
  block: names,
  open: () => open(text),
})

function addSpecs(specs: Specs, text: ClipTextConfig, embedding: number): void {
  const { context, vocabulary, width } = text
  specs.add('token_embedding.weight', [vocabulary, width], { normal: 0.02 })
  specs.add('positional_embedding', [context, width], { normal: 0.01 })
  clipBlockSpecs(specs, BLOCKS, text)
  specs.norm('ln_final', width)
  specs.add('text_projection', [width, embedding], { normal: width ** -0.5 })
}

function open(text: ClipTextConfig): TextTower {
  const { width, epsilon } = text
  const causal = tf.keep(causalMask(text.context))
  return {
    encode: (tokens, run) => {
      const [batch, context] = tokens.shape
      const ids: Tensor2D = tf.cast(tokens, 'int32')
      const flat: Tensor1D = tf.reshape(ids, [batch * context])
      const embedded = tf.reshape(tf.gather(run.parameter('token_embedding.weight'), flat), [batch, context, width])
      const positions = run.parameter('positional_embedding')
      const placed = tf.add(embedded, context < text.context ? tf.slice(positions, 0, context) : positions)
      const mask: Tensor3D = context < text.context ? tf.slice(causal, 0, [1, context, context]) : causal
      // [batch, 1, context]: 1 at the end token. A product with it picks that token and, from the mask, what it may see.
      const end: Tensor3D = tf.reshape(tf.cast(tf.oneHot(tf.argMax(ids, 1), context), 'float32'), [batch, 1, context])
      const pooled = preNormBlocks(
        tf.reshape(placed, [batch * context, width]),
        {
          sequence: { ...text, tower: 'text', batch, tokens: context },
          names,
          pooling: {
            pick: (x) => tf.reshape(tf.matMul(end, tf.reshape(x, [batch, context, width])), [batch, width]),
            mask: tf.reshape(tf.matMul(tf.reshape(end, [batch, context]), tf.reshape(mask, [context, context])), [
              batch,
              1,
              context,
            ]),
          },
          mask,
        },
        run,
      )
      return tf.matMul(norm(pooled, 'ln_final', epsilon, run), run.parameter('text_projection') as Tensor2D)
    },
    dispose: () => causal.dispose(),
  }
}

/** [1, tokens, tokens]: a token sees itself and what is before it. */
function causalMask(tokens: number): Tensor3D {
  const values = new Float32Array(tokens * tokens)
  for (let row = 0; row < tokens; row++) values.fill(UNSEEN, row * tokens + row + 1, (row + 1) * tokens)
  return tf.tensor3d(values, [1, tokens, tokens])
}

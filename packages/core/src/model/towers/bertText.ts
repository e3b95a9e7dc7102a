import { gelu, type Tensor1D, type Tensor2D, type Tensor3D, tf } from '../../backend/index.ts'
import type { BertTextConfig } from '../../contracts/index.ts'
import { firstToken, linearNames, norm, projected, type Run, UNSEEN } from '../sequence.ts'
import { type BlockNames, postNormBlocks } from '../transformer.ts'
import { hiddenWidth, type Specs } from './specs.ts'
import type { TextTower, TextTowerDefinition } from './tower.ts'

const BERT = 'text.transformer'
/** Starting deviation of all matrices in BERT. */
const DEVIATION = 0.02

/** BERT (Devlin 2019) as a text tower: read at its first token, which like all others sees no padding. */
export const bertText = (text: BertTextConfig): TextTowerDefinition => ({
  addSpecs: (specs, embedding) => addSpecs(specs, text, embedding),
  block: bertLayer,
  open: () => open(text),
})

function addSpecs(specs: Specs, text: BertTextConfig, embedding: number): void {
  const { vocabulary, positions, tokenTypes, width, depth, projection } = text
  const hidden = hiddenWidth(text)
  const normal = DEVIATION
  const linear = (name: string, rows: number, columns: number) =>
    specs.linear(`${name}.weight`, `${name}.bias`, rows, columns, DEVIATION)
  specs.add(`${BERT}.embeddings.word_embeddings.weight`, [vocabulary, width], { normal })
  specs.add(`${BERT}.embeddings.position_embeddings.weight`, [positions, width], { normal })
  specs.add(`${BERT}.embeddings.token_type_embeddings.weight`, [tokenTypes, width], { normal })
  specs.norm(`${BERT}.embeddings.LayerNorm`, width)
  for (let i = 0; i < depth; i++) {
    const layer = `${BERT}.encoder.layer.${i}`
    for (const part of ['query', 'key', 'value']) linear(`${layer}.attention.self.${part}`, width, width)
    linear(`${layer}.attention.output.dense`, width, width)
    specs.norm(`${layer}.attention.output.LayerNorm`, width)
    linear(`${layer}.intermediate.dense`, hidden, width)
    linear(`${layer}.output.dense`, width, hidden)
    specs.norm(`${layer}.output.LayerNorm`, width)
  }
  if (projection === 'linear') specs.add('text.proj.weight', [embedding, width], { normal: width ** -0.5 })
  if (projection === 'mlp') {
    const between = Math.floor((width + embedding) / 2)
    specs.add('text.proj.0.weight', [between, width], { normal: width ** -0.5 })
    specs.add('text.proj.2.weight', [embedding, between], { normal: between ** -0.5 })
  }
}

function bertLayer(block: number): BlockNames {
  const layer = `${BERT}.encoder.layer.${block}`
  return {
    attention: {
      query: linearNames(`${layer}.attention.self.query`),
      key: linearNames(`${layer}.attention.self.key`),
      value: linearNames(`${layer}.attention.self.value`),
    },
    attentionOutput: linearNames(`${layer}.attention.output.dense`),
    attentionNorm: `${layer}.attention.output.LayerNorm`,
    up: linearNames(`${layer}.intermediate.dense`),
    down: linearNames(`${layer}.output.dense`),
    mlpNorm: `${layer}.output.LayerNorm`,
  }
}

function open(text: BertTextConfig): TextTower {
  const { width, epsilon, padToken } = text
  return {
    encode: (tokens, run) => {
      const [batch, context] = tokens.shape
      const ids: Tensor2D = tf.cast(tokens, 'int32')
      const flat: Tensor1D = tf.reshape(ids, [batch * context])
      const words = tf.reshape(tf.gather(run.parameter(`${BERT}.embeddings.word_embeddings.weight`), flat), [
        batch,
        context,
        width,
      ])
      // Every token is of type 0: there is one text a row.
      const type = tf.slice(run.parameter(`${BERT}.embeddings.token_type_embeddings.weight`), [0, 0], [1, width])
      const position = run.parameter(`${BERT}.embeddings.position_embeddings.weight`)
      const placed = tf.add(words, tf.add(tf.slice(position, [0, 0], [context, width]), type))
      const rows = norm(tf.reshape(placed, [batch * context, width]), `${BERT}.embeddings.LayerNorm`, epsilon, run)
      const padding = tf.cast(tf.equal(ids, tf.scalar(padToken, 'int32')), 'float32')
      const mask: Tensor3D = tf.reshape(tf.mul(padding, UNSEEN), [batch, 1, context])
      const pooled = postNormBlocks(
        rows,
        {
          sequence: { ...text, tower: 'text', batch, tokens: context },
          names: bertLayer,
          pooling: { ...firstToken({ batch, tokens: context, width }), mask },
          mask,
        },
        run,
      )
      return projection(pooled, text, run)
    },
    dispose: () => {},
  }
}

function projection(pooled: Tensor2D, text: BertTextConfig, run: Run): Tensor2D {
  switch (text.projection) {
    case 'none':
      return pooled
    case 'linear':
      return projected(pooled, 'text.proj.weight', run)
    case 'mlp':
      return projected(gelu(projected(pooled, 'text.proj.0.weight', run)) as Tensor2D, 'text.proj.2.weight', run)
  }
}

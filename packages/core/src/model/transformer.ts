import { checkpointed, gelu, quickGelu, type Tensor2D, type Tensor3D, tf } from '../backend/index.ts'
import { type AttentionInput, selfAttention } from './attention.ts'
import { type LinearNames, linear, linearNames, norm, type Pooling, type Run, type Sequence } from './sequence.ts'

/** Names of the parameters of one block; norms are `<name>.weight` and `<name>.bias`. */
export interface BlockNames {
  attention: AttentionInput
  attentionOutput: LinearNames
  attentionNorm: string
  /** The two feed-forward layers. */
  up: LinearNames
  down: LinearNames
  mlpNorm: string
}

interface Blocks {
  sequence: Sequence
  names(block: number): BlockNames
  pooling: Pooling
  /** Added to the attention scores, [1, tokens, tokens] or [batch, 1, tokens]; null where every token sees every token. */
  mask: Tensor3D | null
}

/**
 * Pre-norm residual blocks: x + Attention(norm x), then x + MLP(norm x).
 * @param x [batch * tokens, width]: one row a token, so that every linear layer is a plain matrix product
 * @returns [batch, width], the residual stream at the token the tower is read at
 */
export function preNormBlocks(x: Tensor2D, blocks: Blocks, run: Run): Tensor2D {
  const { epsilon } = blocks.sequence
  return throughBlocks(x, blocks, run, (rows, names, at, run) => {
    const normed = norm(rows, names.attentionNorm, epsilon, run)
    const attended = linear(selfAttention(normed, at, names.attention, run), names.attentionOutput, run)
    const middle = tf.add(at.pooling ? at.pooling.pick(rows) : rows, attended) as Tensor2D
    return tf.add(middle, feedForward(middle, norm(middle, names.mlpNorm, epsilon, run), names, at, run))
  })
}

/** Post-norm residual blocks, as in BERT: norm(x + Attention(x)), then norm(x + MLP(x)). Shapes as in `preNormBlocks`. */
export function postNormBlocks(x: Tensor2D, blocks: Blocks, run: Run): Tensor2D {
  const { epsilon } = blocks.sequence
  return throughBlocks(x, blocks, run, (rows, names, at, run) => {
    const attended = linear(selfAttention(rows, at, names.attention, run), names.attentionOutput, run)
    const sum = tf.add(at.pooling ? at.pooling.pick(rows) : rows, attended) as Tensor2D
    const middle = norm(sum, names.attentionNorm, epsilon, run)
    return norm(tf.add(middle, feedForward(middle, middle, names, at, run)), names.mlpNorm, epsilon, run)
  })
}

type Compute = (rows: Tensor2D, names: BlockNames, at: At, run: Run) => Tensor2D

/** One block at its place; `pooling` is null where all tokens are computed. */
interface At {
  sequence: Sequence
  block: number
  pooling: Pooling | null
  mask: Tensor3D | null
}

/**
 * Only keys and values of the last block are computed for all tokens: the rest of it for the token that is read, which
 * spares most of a block's work and changes no result.
 */
function throughBlocks(x: Tensor2D, { sequence, names, pooling, mask }: Blocks, run: Run, compute: Compute): Tensor2D {
  const { depth } = sequence
  let rows = x
  for (let block = 0; block < depth; block++) {
    const pooled = block === depth - 1 && !run.hooks.everyToken
    const at: At = pooled
      ? { sequence, block, pooling, mask: pooling.mask ?? null }
      : { sequence, block, pooling: null, mask }
    rows = tf.tidy(() =>
      !pooled && mayCheckpoint(run)
        ? checkpointedBlock(rows, names(block), at, run, compute)
        : compute(rows, names(block), at, run),
    )
  }
  return run.hooks.everyToken ? pooling.pick(rows) : rows
}

/** What hooks add to a block depends on tensors that only they know, and so would get no gradient. */
function mayCheckpoint({ checkpointing, hooks }: Run): boolean {
  return checkpointing && !hooks.besideMlp && !hooks.attentionPrefix
}

function checkpointedBlock(rows: Tensor2D, names: BlockNames, at: At, run: Run, compute: Compute): Tensor2D {
  const parameters = parameterNames(names)
  const { mask } = at
  const inputs = [rows, ...(mask ? [mask] : []), ...parameters.map((name) => run.parameter(name))]
  return checkpointed((given) => {
    const own = given.slice(given.length - parameters.length)
    const byName = new Map(parameters.map((name, index) => [name, own[index]!]))
    const place = { ...at, mask: mask ? (given[1] as Tensor3D) : null }
    return compute(given[0] as Tensor2D, names, place, { ...run, parameter: (name) => byName.get(name)! })
  }, inputs)
}

function parameterNames({ attention, attentionOutput, up, down, attentionNorm, mlpNorm }: BlockNames): string[] {
  const linears = [...Object.values<LinearNames>(attention), attentionOutput, up, down]
  const layers = [...linears, linearNames(attentionNorm), linearNames(mlpNorm)]
  return layers.flatMap(({ weight, bias }) => [weight, bias])
}

/** W2 activation(W1 x), and what a hook adds beside it. */
function feedForward(x: Tensor2D, normed: Tensor2D, names: BlockNames, at: At, run: Run): Tensor2D {
  const { tower, batch, tokens, width, activation } = at.sequence
  const activate = activation === 'quickGelu' ? quickGelu : gelu
  const output = linear(activate(linear(normed, names.up, run)) as Tensor2D, names.down, run)
  const place = { tower, block: at.block, batch, tokens: at.pooling ? 1 : tokens, width }
  const beside = run.hooks.besideMlp?.(x, normed, place) ?? null
  return beside ? tf.add(output, beside) : output
}

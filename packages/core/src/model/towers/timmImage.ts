import { tf } from '../../backend/index.ts'
import type { TimmImageConfig } from '../../contracts/index.ts'
import { firstToken, linearNames, norm, projected } from '../sequence.ts'
import { type BlockNames, preNormBlocks } from '../transformer.ts'
import { imageSequence, patchRows } from './patches.ts'
import { hiddenWidth, type Specs } from './specs.ts'
import type { ImageTower, ImageTowerDefinition } from './tower.ts'

const TRUNK = 'visual.trunk'
/** Starting deviation of matrices and positions in timm's vision transformers. */
const DEVIATION = 0.02

/** The vision transformer of timm (Dosovitskiy 2021), read at its class token. */
export const timmImage = (image: TimmImageConfig): ImageTowerDefinition => ({
  addSpecs: (specs, embedding) => addSpecs(specs, image, embedding),
  block: timmBlock,
  open: () => open(image),
})

function addSpecs(specs: Specs, image: TimmImageConfig, embedding: number): void {
  const { size, patch, width, depth } = image
  const hidden = hiddenWidth(image)
  const linear = (name: string, rows: number, columns: number) =>
    specs.linear(`${name}.weight`, `${name}.bias`, rows, columns, DEVIATION)
  specs.add(`${TRUNK}.cls_token`, [1, 1, width], { normal: 1e-6 })
  specs.add(`${TRUNK}.pos_embed`, [1, (size / patch) ** 2 + 1, width], { normal: DEVIATION })
  specs.add(`${TRUNK}.patch_embed.proj.weight`, [width, 3, patch, patch], { uniform: (3 * patch * patch) ** -0.5 })
  specs.add(`${TRUNK}.patch_embed.proj.bias`, [width], { constant: 0 })
  for (let i = 0; i < depth; i++) {
    const block = `${TRUNK}.blocks.${i}`
    specs.norm(`${block}.norm1`, width)
    linear(`${block}.attn.qkv`, 3 * width, width)
    linear(`${block}.attn.proj`, width, width)
    specs.norm(`${block}.norm2`, width)
    linear(`${block}.mlp.fc1`, hidden, width)
    linear(`${block}.mlp.fc2`, width, hidden)
  }
  specs.norm(`${TRUNK}.norm`, width)
  specs.add('visual.head.proj.weight', [embedding, width], { normal: width ** -0.5 })
}

function timmBlock(block: number): BlockNames {
  const name = `${TRUNK}.blocks.${block}`
  return {
    attention: { joined: linearNames(`${name}.attn.qkv`) },
    attentionOutput: linearNames(`${name}.attn.proj`),
    attentionNorm: `${name}.norm1`,
    up: linearNames(`${name}.mlp.fc1`),
    down: linearNames(`${name}.mlp.fc2`),
    mlpNorm: `${name}.norm2`,
  }
}

function open(image: TimmImageConfig): ImageTower {
  const { width, epsilon } = image
  return {
    encode: (pixels, run) => {
      const filtered = patchRows(pixels, run.parameter(`${TRUNK}.patch_embed.proj.weight`), image)
      const patches = tf.add(filtered, run.parameter(`${TRUNK}.patch_embed.proj.bias`)) as typeof filtered
      const batch = pixels.shape[0]
      const classToken = run.parameter(`${TRUNK}.cls_token`)
      const { rows, tokens } = imageSequence(patches, classToken, run.parameter(`${TRUNK}.pos_embed`), run)
      const sequence = { ...image, tower: 'image' as const, batch, tokens }
      const pooling = firstToken({ batch, tokens, width })
      const pooled = preNormBlocks(rows, { sequence, names: timmBlock, pooling, mask: null }, run)
      return projected(norm(pooled, `${TRUNK}.norm`, epsilon, run), 'visual.head.proj.weight', run)
    },
    dispose: () => {},
  }
}

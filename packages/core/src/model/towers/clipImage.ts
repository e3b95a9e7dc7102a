import { type Tensor2D, tf } from '../../backend/index.ts'
import type { ClipImageConfig } from '../../contracts/index.ts'
import { firstToken, norm } from '../sequence.ts'
import { preNormBlocks } from '../transformer.ts'
import { clipBlock, clipBlockSpecs } from './clipBlocks.ts'
import { imageSequence, patchRows } from './patches.ts'
import type { Specs } from './specs.ts'
import type { ImageTower, ImageTowerDefinition } from './tower.ts'

const BLOCKS = 'visual.transformer.resblocks'
const names = (block: number) => clipBlock(BLOCKS, block)

/** The vision transformer of CLIP (Radford 2021). */
export const clipImage = (image: ClipImageConfig): ImageTowerDefinition => ({
  addSpecs: (specs, embedding) => addSpecs(specs, image, embedding),
  block: names,
  open: () => open(image),
})

function addSpecs(specs: Specs, image: ClipImageConfig, embedding: number): void {
  const { size, patch, width } = image
  const normal = width ** -0.5
  specs.add('visual.class_embedding', [width], { normal })
  specs.add('visual.positional_embedding', [(size / patch) ** 2 + 1, width], { normal })
  specs.add('visual.conv1.weight', [width, 3, patch, patch], { uniform: (3 * patch * patch) ** -0.5 })
  specs.norm('visual.ln_pre', width)
  clipBlockSpecs(specs, BLOCKS, image)
  specs.norm('visual.ln_post', width)
  specs.add('visual.proj', [width, embedding], { normal })
}

function open(image: ClipImageConfig): ImageTower {
  const { width, epsilon } = image
  return {
    encode: (pixels, run) => {
      const patches = patchRows(pixels, run.parameter('visual.conv1.weight'), image)
      const batch = pixels.shape[0]
      const classToken = run.parameter('visual.class_embedding')
      const { rows, tokens } = imageSequence(patches, classToken, run.parameter('visual.positional_embedding'), run)
      const sequence = { ...image, tower: 'image' as const, batch, tokens }
      const pooling = firstToken({ batch, tokens, width })
      const first = norm(rows, 'visual.ln_pre', epsilon, run)
      const pooled = preNormBlocks(first, { sequence, names, pooling, mask: null }, run)
      return tf.matMul(norm(pooled, 'visual.ln_post', epsilon, run), run.parameter('visual.proj') as Tensor2D)
    },
    dispose: () => {},
  }
}

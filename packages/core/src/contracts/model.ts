import { z } from 'zod'
import { slug } from './data.ts'

const activation = z.enum(['gelu', 'quickGelu'])

const tower = z.object({
  width: z.number().int().positive().max(4096),
  depth: z.number().int().positive().max(64),
  heads: z.number().int().positive().max(64),
  /** Hidden width of the feed-forward layers, as a multiple of `width`. */
  mlpRatio: z.number().positive().max(16).default(4),
  activation: activation.default('gelu'),
})

/** Added to the variance in layer norms. */
const epsilon = z.number().positive().max(1e-2)

const imageTower = tower.extend({
  size: z.number().int().positive().max(1024),
  patch: z.number().int().positive().max(64),
})
const textTower = tower.extend({
  context: z.number().int().min(4).max(512),
  vocabulary: z.number().int().positive().max(200_000),
})

/** Vision transformer of OpenAI CLIP and open_clip (`visual.transformer.resblocks`): norm before the blocks, no patch bias. */
const clipImageTower = imageTower.extend({ kind: z.literal('clip'), epsilon: epsilon.default(1e-5) })

/** Vision transformer of timm (`visual.trunk.blocks`), read at its class token, with a linear projection `visual.head.proj`. */
const timmImageTower = imageTower.extend({ kind: z.literal('timm'), epsilon: epsilon.default(1e-6) })

/** Causal transformer of CLIP, read at the end-of-text token, which is the largest id of a row. */
const clipTextTower = textTower.extend({ kind: z.literal('clip'), epsilon: epsilon.default(1e-5) })

/** BERT (`text.transformer.encoder.layer`), read at its first token, as open_clip's text encoder from Hugging Face. */
const bertTextTower = textTower.extend({
  kind: z.literal('bert'),
  epsilon: epsilon.default(1e-12),
  /** Positions that have an embedding; a text may be shorter. */
  positions: z.number().int().positive().max(4096).default(512),
  tokenTypes: z.number().int().positive().max(16).default(2),
  /** Id of padding, which no token sees. */
  padToken: z.number().int().min(0).default(0),
  /** From the first token to the embedding: two layers with a GELU between them, one, or nothing. No biases. */
  projection: z.enum(['mlp', 'linear', 'none']).default('mlp'),
})

/** How a picture is brought to the size of the image tower. */
const resize = z.object({
  /** `bicubic` and `bilinear` are those of PIL with antialiasing, `lanczos` is that of libvips. */
  kernel: z.enum(['bicubic', 'bilinear', 'lanczos']),
  /**
   * `shortest`: the shorter side gets the size, the centre square is cut. `longest`: the longer side gets it, the rest is
   * filled with black. `squash`: both sides get it, whatever the shape.
   */
  mode: z.enum(['shortest', 'longest', 'squash']),
})

/** A tower without a kind is CLIP's: config files written before there were other kinds. */
const clipByDefault = (raw: unknown): unknown =>
  isRecord(raw) && raw.kind === undefined ? { kind: 'clip', ...raw } : raw

/** An activation beside the towers, as written before each had its own, is that of both. */
function spreadActivation(raw: unknown): unknown {
  if (!isRecord(raw) || raw.activation === undefined) return raw
  const { activation, ...rest } = raw
  const spread = (tower: unknown) => (isRecord(tower) ? { activation, ...tower } : tower)
  return { ...rest, image: spread(raw.image), text: spread(raw.text) }
}

const isRecord = (raw: unknown): raw is Record<string, unknown> =>
  typeof raw === 'object' && raw !== null && !Array.isArray(raw)

/** An architecture is a JSON file of this shape; image and text towers combine freely. */
export const modelConfig = z.preprocess(
  spreadActivation,
  z.object({
    id: slug,
    image: z.preprocess(clipByDefault, z.discriminatedUnion('kind', [clipImageTower, timmImageTower])),
    text: z.preprocess(clipByDefault, z.discriminatedUnion('kind', [clipTextTower, bertTextTower])),
    /** Dimension of the shared embedding space. */
    embedding: z.number().int().positive().max(4096),
    /** Initial logit scale (1/temperature). */
    logitScale: z.number().positive().max(1000).default(14.285714285714286),
    /** Per-channel pixel statistics; pixels are in [0, 1] before (x - mean) / std. */
    mean: z.tuple([z.number(), z.number(), z.number()]).default([0.5, 0.5, 0.5]),
    std: z.tuple([z.number(), z.number(), z.number()]).default([0.5, 0.5, 0.5]),
    resize: resize.default({ kernel: 'lanczos', mode: 'shortest' }),
  }),
)
export type ModelConfig = z.infer<typeof modelConfig>
export type ResizeConfig = z.infer<typeof resize>
export type Activation = z.infer<typeof activation>
export type ClipImageConfig = z.infer<typeof clipImageTower>
export type TimmImageConfig = z.infer<typeof timmImageTower>
export type ClipTextConfig = z.infer<typeof clipTextTower>
export type BertTextConfig = z.infer<typeof bertTextTower>

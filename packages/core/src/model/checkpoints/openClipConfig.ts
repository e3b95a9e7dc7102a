import { z } from 'zod'
import { AnamnesisError } from '../../contracts/index.ts'
import { unsupported } from './layout.ts'

const channels = z.union([z.number(), z.array(z.number()).length(3)])
const size = z.union([z.number().int().positive(), z.array(z.number().int().positive()).length(2)])
const normOptions = z.object({ eps: z.number().positive().optional() }).nullish()

const visionConfig = z.object({
  image_size: size.default(224),
  layers: z.union([z.number(), z.array(z.number())]).optional(),
  head_width: z.number().int().positive().default(64),
  norm_kwargs: normOptions,
  timm_model_name: z.string().nullish(),
  timm_pool: z.string().nullish(),
  timm_proj: z.string().nullish(),
  timm_proj_bias: z.boolean().nullish(),
  pool_type: z.string().nullish(),
  pos_embed_type: z.string().nullish(),
  no_ln_pre: z.boolean().nullish(),
  attentional_pool: z.union([z.boolean(), z.string()]).nullish(),
  final_ln_after_pool: z.boolean().nullish(),
  ls_init_value: z.number().nullish(),
})
const textConfig = z.object({
  context_length: z.number().int().positive().optional(),
  heads: z.number().int().positive().optional(),
  norm_kwargs: normOptions,
  hf_model_name: z.string().nullish(),
  hf_proj_type: z.string().nullish(),
  hf_pooler_type: z.string().nullish(),
  pool_type: z.string().nullish(),
  no_causal_mask: z.boolean().nullish(),
  embed_cls: z.boolean().nullish(),
  proj_bias: z.boolean().nullish(),
  proj_type: z.string().nullish(),
  final_ln_after_pool: z.boolean().nullish(),
  ls_init_value: z.number().nullish(),
})
const modelPart = z.object({
  embed_dim: z.number().int().positive(),
  quick_gelu: z.boolean().default(false),
  vision_cfg: visionConfig,
  text_cfg: textConfig,
})
const preprocessPart = z.object({
  mean: channels.optional(),
  std: channels.optional(),
  /** `random` is chosen among in training; for evaluation it is bicubic. */
  interpolation: z.enum(['bicubic', 'bilinear', 'random']).nullish(),
  resize_mode: z.enum(['shortest', 'longest', 'squash']).nullish(),
})

export interface OpenClipConfig {
  model: z.infer<typeof modelPart>
  preprocess: z.infer<typeof preprocessPart>
}

/**
 * Parses open_clip_config.json, or a model config of open_clip alone.
 * @throws CORRUPT_WEIGHTS when it is no such file; BAD_INPUT when it asks for a part that the engine does not have
 */
export function parseOpenClipConfig(raw: unknown, source: string): OpenClipConfig {
  const outer = z.object({ model_cfg: z.unknown().optional(), preprocess_cfg: z.unknown().optional() }).safeParse(raw)
  const model = modelPart.safeParse(outer.data?.model_cfg ?? raw)
  const preprocess = preprocessPart.safeParse(outer.data?.preprocess_cfg ?? {})
  if (!model.success || !preprocess.success) {
    const issue = (model.error ?? preprocess.error)!.issues[0]!
    throw new AnamnesisError(
      'CORRUPT_WEIGHTS',
      `The open_clip config of ${source} cannot be used: "${issue.path.join('.')}" ${issue.message}.`,
    )
  }
  refuseForeignParts(model.data, source)
  return { model: model.data, preprocess: preprocess.data }
}

/** Options of open_clip that change what a model computes, with the values that the engine's towers stand for. */
function refuseForeignParts({ vision_cfg: vision, text_cfg: text }: OpenClipConfig['model'], source: string): void {
  const refuse = (name: string, value: unknown, allowed: readonly unknown[]) => {
    if (value === undefined || value === null || value === false || allowed.includes(value)) return
    throw unsupported(source, `"${name}": ${JSON.stringify(value)}`)
  }
  if (Array.isArray(vision.layers)) throw unsupported(source, 'a ResNet image tower')
  if (vision.timm_model_name) {
    // An empty pool is the trunk's own, for vision transformers the class token.
    refuse('timm_pool', vision.timm_pool ?? 'avg', ['', 'token'])
    refuse('timm_proj', vision.timm_proj ?? 'linear', ['linear'])
    refuse('timm_proj_bias', vision.timm_proj_bias, [])
  } else {
    refuse('vision_cfg.pool_type', vision.pool_type, ['tok'])
    refuse('vision_cfg.pos_embed_type', vision.pos_embed_type, ['learnable'])
    refuse('no_ln_pre', vision.no_ln_pre, [])
    refuse('attentional_pool', vision.attentional_pool, [])
    refuse('vision_cfg.final_ln_after_pool', vision.final_ln_after_pool, [])
    refuse('vision_cfg.ls_init_value', vision.ls_init_value, [])
  }
  if (text.hf_model_name) {
    refuse('hf_pooler_type', text.hf_pooler_type ?? 'mean_pooler', ['cls_last_hidden_state_pooler'])
  } else {
    refuse('text_cfg.pool_type', text.pool_type, ['argmax'])
    refuse('no_causal_mask', text.no_causal_mask, [])
    refuse('embed_cls', text.embed_cls, [])
    refuse('text_cfg.proj_bias', text.proj_bias, [])
    refuse('text_cfg.proj_type', text.proj_type, ['linear'])
    refuse('text_cfg.final_ln_after_pool', text.final_ln_after_pool, [])
    refuse('text_cfg.ls_init_value', text.ls_init_value, [])
  }
}

/** A side or [height, width] of equal sides. */
export function squareSide(value: number | readonly number[], source: string): number {
  const [height, width] = typeof value === 'number' ? [value, value] : value
  if (height === width) return height!
  throw unsupported(source, `images of ${height} x ${width} pixels; only square images`)
}

/** One number for all channels, or one for each. */
export const perChannel = (value: number | readonly number[]) =>
  typeof value === 'number' ? [value, value, value] : [...value]

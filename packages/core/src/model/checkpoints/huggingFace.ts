import { z } from 'zod'
import { type Activation, AnamnesisError, type ModelConfig } from '../../contracts/index.ts'
import { HUGGING_FACE_CONFIG } from './choose.ts'
import {
  axis,
  countBlocks,
  type Hints,
  imageSize,
  type Layout,
  mlpRatio,
  OPENAI_MEAN,
  OPENAI_STD,
  requireActivation,
  type Shapes,
  type TensorRule,
  unsupported,
  usualHeads,
} from './layout.ts'

const towerConfig = z.object({
  num_attention_heads: z.number().int().positive().optional(),
  hidden_act: z.string().optional(),
  layer_norm_eps: z.number().positive().optional(),
})
const clipConfig = z.object({
  model_type: z.literal('clip'),
  vision_config: towerConfig.extend({ image_size: z.number().int().positive().optional() }).default({}),
  text_config: towerConfig.default({}),
})
const preprocessorConfig = z.object({
  image_mean: z.array(z.number()).length(3).optional(),
  image_std: z.array(z.number()).length(3).optional(),
  /** PIL's number of the kernel. */
  resample: z.number().optional(),
  do_center_crop: z.boolean().optional(),
})
type Tower = z.infer<typeof towerConfig>

/** PIL's numbers of the kernels that the engine has. */
const KERNELS: Record<number, string> = { 2: 'bilinear', 3: 'bicubic' }
/** Activations of transformers by our names; "quick_gelu" is what its CLIP has without a word. */
const ACTIVATIONS: Record<string, Activation> = { quick_gelu: 'quickGelu', gelu: 'gelu' }

/** CLIPModel of transformers: queries, keys and values apart, projections transposed. */
export const huggingFace: Layout = {
  id: 'huggingface',
  title: 'Hugging Face CLIP (transformers CLIPModel)',
  configFile: HUGGING_FACE_CONFIG,
  matches: (shapes) => shapes.has('vision_model.embeddings.class_embedding'),
  infer(shapes, hints) {
    const config = hints.config === null ? null : parseClipConfig(hints.config, hints.source)
    const preprocessor = preprocessorConfig.safeParse(hints.preprocessor ?? {})
    const patch = axis(shapes, 'vision_model.embeddings.patch_embedding.weight', 2)
    const positions = axis(shapes, 'vision_model.embeddings.position_embedding.weight', 0)
    return {
      image: {
        kind: 'clip',
        size: config?.vision_config.image_size ?? imageSize(positions, patch, hints.source),
        patch,
        ...tower(shapes, 'vision_model', config?.vision_config ?? null, hints),
      },
      text: {
        kind: 'clip',
        context: axis(shapes, 'text_model.embeddings.position_embedding.weight', 0),
        vocabulary: axis(shapes, 'text_model.embeddings.token_embedding.weight', 0),
        ...tower(shapes, 'text_model', config?.text_config ?? null, hints),
      },
      embedding: axis(shapes, 'visual_projection.weight', 0),
      mean: preprocessor.data?.image_mean ?? OPENAI_MEAN,
      std: preprocessor.data?.image_std ?? OPENAI_STD,
      resize: {
        kernel: kernelOf(preprocessor.data?.resample ?? 3, hints.source),
        mode: preprocessor.data?.do_center_crop === false ? 'squash' : 'shortest',
      },
    }
  },
  rules: (config) => [...imageRules(config), ...textRules(config), { ours: 'logit_scale', theirs: ['logit_scale'] }],
  harmless: /^(vision_model|text_model)\.embeddings\.position_ids$/,
}

function parseClipConfig(raw: unknown, source: string): z.infer<typeof clipConfig> {
  const parsed = clipConfig.safeParse(raw)
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]!
  throw new AnamnesisError(
    'CORRUPT_WEIGHTS',
    `The config.json of ${source} is not that of a CLIP model: "${issue.path.join('.')}" ${issue.message}.`,
  )
}

function tower(shapes: Shapes, prefix: 'vision_model' | 'text_model', config: Tower | null, hints: Hints) {
  const layers = `${prefix}.encoder.layers.`
  const width = axis(shapes, `${layers}0.self_attn.q_proj.weight`, 0)
  const hidden = axis(shapes, `${layers}0.mlp.fc1.weight`, 0)
  return {
    width,
    depth: countBlocks(shapes, layers),
    heads: config?.num_attention_heads ?? (config ? { vision_model: 12, text_model: 8 }[prefix] : usualHeads(width)),
    mlpRatio: mlpRatio(hidden, width),
    activation: hints.activation ?? requireActivation(config ? known(config, hints) : undefined, hints.source),
    epsilon: config?.layer_norm_eps ?? 1e-5,
  }
}

function known({ hidden_act: name = 'quick_gelu' }: Tower, hints: Hints): Activation {
  if (Object.hasOwn(ACTIVATIONS, name)) return ACTIVATIONS[name]!
  throw unsupported(hints.source, `the activation "${name}"`)
}

function kernelOf(resample: number, source: string): string {
  if (Object.hasOwn(KERNELS, resample)) return KERNELS[resample]!
  throw unsupported(source, `images resampled by PIL's kernel ${resample}`)
}

function imageRules({ image }: ModelConfig): TensorRule[] {
  const embeddings = 'vision_model.embeddings'
  return [
    { ours: 'visual.class_embedding', theirs: [`${embeddings}.class_embedding`] },
    { ours: 'visual.positional_embedding', theirs: [`${embeddings}.position_embedding.weight`] },
    { ours: 'visual.conv1.weight', theirs: [`${embeddings}.patch_embedding.weight`] },
    ...pair('visual.ln_pre', 'vision_model.pre_layrnorm'), // the spelling of the published weights
    ...blocks('visual.transformer.resblocks', 'vision_model.encoder.layers', image.depth),
    ...pair('visual.ln_post', 'vision_model.post_layernorm'),
    { ours: 'visual.proj', theirs: ['visual_projection.weight'], transposed: true },
  ]
}

function textRules({ text }: ModelConfig): TensorRule[] {
  return [
    { ours: 'token_embedding.weight', theirs: ['text_model.embeddings.token_embedding.weight'] },
    { ours: 'positional_embedding', theirs: ['text_model.embeddings.position_embedding.weight'] },
    ...blocks('transformer.resblocks', 'text_model.encoder.layers', text.depth),
    ...pair('ln_final', 'text_model.final_layer_norm'),
    { ours: 'text_projection', theirs: ['text_projection.weight'], transposed: true },
  ]
}

function blocks(ours: string, theirs: string, depth: number): TensorRule[] {
  return Array.from({ length: depth }, (_, i): TensorRule[] => {
    const [a, b] = [`${ours}.${i}`, `${theirs}.${i}`]
    const parts = (kind: string) => ['q', 'k', 'v'].map((part) => `${b}.self_attn.${part}_proj.${kind}`)
    return [
      ...pair(`${a}.ln_1`, `${b}.layer_norm1`),
      { ours: `${a}.attn.in_proj_weight`, theirs: parts('weight') },
      { ours: `${a}.attn.in_proj_bias`, theirs: parts('bias') },
      ...pair(`${a}.attn.out_proj`, `${b}.self_attn.out_proj`),
      ...pair(`${a}.ln_2`, `${b}.layer_norm2`),
      ...pair(`${a}.mlp.c_fc`, `${b}.mlp.fc1`),
      ...pair(`${a}.mlp.c_proj`, `${b}.mlp.fc2`),
    ]
  }).flat()
}

const pair = (ours: string, theirs: string): TensorRule[] =>
  ['weight', 'bias'].map((kind) => ({ ours: `${ours}.${kind}`, theirs: [`${theirs}.${kind}`] }))

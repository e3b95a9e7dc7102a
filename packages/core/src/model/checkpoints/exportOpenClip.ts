import { AnamnesisError, type ModelConfig } from '../../contracts/index.ts'
import type { Tokenizer } from '../tokenizers/tokenizer.ts'
import { hiddenWidth } from '../towers/specs.ts'
import { OPEN_CLIP_CONFIG } from './choose.ts'
import type { ExportFiles, ExportNames } from './export.ts'
import { tokenizerFiles } from './exportTokenizer.ts'
import type { ReferenceNames } from './layout.ts'
import { isShippedVocabulary } from './tokenizerFiles.ts'

/** Vision transformers that timm has, and so open_clip can name: family -> width, depth, heads. */
const TIMM_FAMILIES: Record<string, readonly [number, number, number]> = {
  tiny: [192, 12, 3],
  small: [384, 12, 6],
  base: [768, 12, 12],
  large: [1024, 24, 16],
}
const TIMM_PATCHES: Record<number, readonly number[]> = { 224: [8, 14, 16, 32], 384: [16, 32] }
const CLIP_EPSILON = 1e-5

/** Files of open_clip's layout beside the weights. @throws BAD_INPUT for what open_clip cannot express */
export function openClipFiles(config: ModelConfig, tokenizer: Tokenizer, names: ExportNames): ExportFiles {
  const { image, text, embedding, mean, std, resize } = config
  const activations = new Set([image.kind === 'clip' && image.activation, text.kind === 'clip' && text.activation])
  activations.delete(false)
  if (activations.size > 1) throw inexpressible('towers of different activations')
  const model = {
    embed_dim: embedding,
    ...(activations.has('quickGelu') ? { quick_gelu: true } : {}),
    vision_cfg: visionConfig(image, names),
    text_cfg: textConfig(text, tokenizer, names),
  }
  // open_clip has no Lanczos kernel; bicubic comes closest.
  const interpolation = resize.kernel === 'bilinear' ? 'bilinear' : 'bicubic'
  const preprocess = { mean, std, interpolation, resize_mode: resize.mode }
  return {
    [OPEN_CLIP_CONFIG]: { model_cfg: model, preprocess_cfg: preprocess },
    ...(needsTokenizer(text, tokenizer) ? tokenizerFiles(tokenizer, text.context) : {}),
    ...(text.kind === 'bert' ? { 'text/config.json': bertConfig(text) } : {}),
  }
}

function visionConfig(image: ModelConfig['image'], { imageModel }: ReferenceNames) {
  const { size, width, depth, heads, patch, mlpRatio, epsilon } = image
  if (image.kind === 'timm') {
    return {
      timm_model_name: timmName(image, imageModel),
      timm_model_pretrained: false,
      timm_pool: '',
      timm_proj: 'linear',
      image_size: size,
    }
  }
  return {
    image_size: size,
    layers: depth,
    width,
    head_width: width / heads,
    patch_size: patch,
    mlp_ratio: mlpRatio,
    ...(epsilon === CLIP_EPSILON ? {} : { norm_kwargs: { eps: epsilon } }),
  }
}

/** timm's name of a vision transformer: the one it was imported with, or that of its sizes. */
function timmName({ width, depth, heads, patch, size }: ModelConfig['image'], imported: string | undefined): string {
  const named = Number(/_(\d{3,})(?:\.|$)/.exec(imported ?? '')?.[1] ?? size)
  if (imported && named === size) return imported // unless the model takes another image size by now
  const family = Object.keys(TIMM_FAMILIES).find((name) => TIMM_FAMILIES[name]!.join() === [width, depth, heads].join())
  if (family && TIMM_PATCHES[size]?.includes(patch)) return `vit_${family}_patch${patch}_${size}`
  throw inexpressible(
    `a timm image tower of width ${width}, depth ${depth}, ${heads} heads, patch ${patch} and size ${size}`,
  )
}

function textConfig(text: ModelConfig['text'], tokenizer: Tokenizer, { textModel, folder }: ExportNames) {
  const name = textModel ?? `${folder}/text`
  const tokenizerName = needsTokenizer(text, tokenizer) ? { hf_tokenizer_name: textModel ?? folder } : {}
  if (text.kind === 'bert') {
    return {
      hf_model_name: name,
      hf_model_pretrained: false,
      ...tokenizerName,
      ...(text.projection === 'none' ? { hf_proj_type: null } : { hf_proj_type: text.projection }),
      hf_pooler_type: 'cls_last_hidden_state_pooler',
      context_length: text.context,
    }
  }
  return {
    context_length: text.context,
    vocab_size: text.vocabulary,
    ...tokenizerName,
    width: text.width,
    heads: text.heads,
    layers: text.depth,
    mlp_ratio: text.mlpRatio,
    ...(text.epsilon === CLIP_EPSILON ? {} : { norm_kwargs: { eps: text.epsilon } }),
  }
}

/** open_clip brings the tokenizer of OpenAI's CLIP; any other lies beside the weights. */
const needsTokenizer = (text: ModelConfig['text'], tokenizer: Tokenizer) =>
  text.kind === 'bert' || !isShippedVocabulary(tokenizer)

/** config.json of transformers' BertModel. */
export function bertConfig(text: Extract<ModelConfig['text'], { kind: 'bert' }>) {
  return {
    architectures: ['BertModel'],
    model_type: 'bert',
    vocab_size: text.vocabulary,
    hidden_size: text.width,
    num_hidden_layers: text.depth,
    num_attention_heads: text.heads,
    intermediate_size: hiddenWidth(text),
    hidden_act: 'gelu',
    max_position_embeddings: text.positions,
    type_vocab_size: text.tokenTypes,
    layer_norm_eps: text.epsilon,
    pad_token_id: text.padToken,
  }
}

function inexpressible(what: string): AnamnesisError {
  return new AnamnesisError('BAD_INPUT', `open_clip has no model with ${what}, so this one cannot be exported to it.`, {
    field: 'layout',
  })
}

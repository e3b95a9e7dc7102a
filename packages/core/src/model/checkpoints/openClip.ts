import type { Activation } from '../../contracts/index.ts'
import { parameterSpecs } from '../parameters.ts'
import { OPEN_CLIP_CONFIG } from './choose.ts'
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
  unsupported,
  usualHeads,
} from './layout.ts'
import { type OpenClipConfig, parseOpenClipConfig, perChannel, squareSide } from './openClipConfig.ts'

/** Scalars that OpenAI's own checkpoints carry and open_clip's do not. */
const OPENAI_SCALARS = ['input_resolution', 'context_length', 'vocab_size']
/** Heads of timm's vision transformers that are not 64 wide. */
const WIDE_HEADS: Record<string, number> = { vit_huge_patch14: 16, vit_giant_patch14: 16 }

/**
 * open_clip's own names, which are ours; OpenAI's state dicts are the same with three scalars more. Towers: CLIP's
 * vision transformer or timm's, CLIP's text transformer or BERT from Hugging Face.
 */
export const openClip: Layout = {
  id: 'open_clip',
  title: 'open_clip and OpenAI CLIP',
  configFile: OPEN_CLIP_CONFIG,
  matches: (shapes) =>
    ['visual.class_embedding', 'visual.trunk.cls_token', 'visual.conv1.weight'].some((name) => shapes.has(name)),
  infer(shapes, hints) {
    const config = hints.config === null ? null : parseOpenClipConfig(hints.config, hints.source)
    const activation = activationOf(shapes, config, hints)
    return {
      image: shapes.has('visual.trunk.cls_token')
        ? timmTower(shapes, config, hints)
        : clipImage(shapes, config, hints, activation),
      text: shapes.has('text.transformer.embeddings.word_embeddings.weight')
        ? bertTower(shapes, config, hints)
        : clipText(shapes, config, hints, activation),
      embedding: config?.model.embed_dim ?? embedding(shapes),
      mean: perChannel(config?.preprocess.mean ?? OPENAI_MEAN),
      std: perChannel(config?.preprocess.std ?? OPENAI_STD),
      resize: {
        kernel: config?.preprocess.interpolation === 'bilinear' ? 'bilinear' : 'bicubic',
        mode: config?.preprocess.resize_mode ?? 'shortest',
      },
    }
  },
  rules(config, shapes) {
    const prefix = textPrefix(shapes)
    return [...parameterSpecs(config).keys()].map((ours) => {
      const isText = !ours.startsWith('visual.') && !ours.startsWith('text.') && ours !== 'logit_scale'
      return { ours, theirs: [isText ? prefix + ours : ours] }
    })
  },
  names(config) {
    const { vision_cfg, text_cfg } = parseOpenClipConfig(config, OPEN_CLIP_CONFIG).model
    return {
      ...(vision_cfg.timm_model_name ? { imageModel: vision_cfg.timm_model_name } : {}),
      ...(text_cfg.hf_model_name ? { textModel: text_cfg.hf_model_name } : {}),
    }
  },
  harmless: new RegExp(
    `^(${OPENAI_SCALARS.join('|')}|attn_mask|text\\.attn_mask|text\\.transformer\\.embeddings\\.(position_ids|token_type_ids)|text\\.transformer\\.pooler\\.dense\\.(weight|bias))$`,
  ),
}

/** open_clip puts a text tower below "text." where it mixes towers of several kinds. */
const textPrefix = (shapes: Shapes) => (shapes.has('text.token_embedding.weight') ? 'text.' : '')

function activationOf(shapes: Shapes, config: OpenClipConfig | null, hints: Hints): Activation | undefined {
  if (hints.activation) return hints.activation
  if (config) return config.model.quick_gelu ? 'quickGelu' : 'gelu'
  return OPENAI_SCALARS.every((name) => shapes.has(name)) ? 'quickGelu' : undefined
}

function clipImage(shapes: Shapes, config: OpenClipConfig | null, hints: Hints, activation: Activation | undefined) {
  if (!shapes.has('visual.class_embedding'))
    throw unsupported(hints.source, 'an image tower that is no vision transformer')
  const width = axis(shapes, 'visual.conv1.weight', 0)
  const patch = axis(shapes, 'visual.conv1.weight', 2)
  const blocks = 'visual.transformer.resblocks.'
  const vision = config?.model.vision_cfg
  return {
    kind: 'clip',
    size: vision
      ? squareSide(vision.image_size, hints.source)
      : imageSize(axis(shapes, 'visual.positional_embedding', 0), patch, hints.source),
    patch,
    width,
    depth: countBlocks(shapes, blocks),
    heads: vision ? Math.floor(width / vision.head_width) : usualHeads(width),
    mlpRatio: ratio(shapes, `${blocks}0.mlp.c_fc.weight`),
    activation: requireActivation(activation, hints.source),
    ...epsilon(vision?.norm_kwargs?.eps),
  }
}

function timmTower(shapes: Shapes, config: OpenClipConfig | null, hints: Hints) {
  const patchName = 'visual.trunk.patch_embed.proj.weight'
  const width = axis(shapes, patchName, 0)
  const patch = axis(shapes, patchName, 2)
  const vision = config?.model.vision_cfg
  const family = Object.keys(WIDE_HEADS).find((name) => vision?.timm_model_name?.startsWith(name))
  return {
    kind: 'timm',
    size: vision
      ? squareSide(vision.image_size, hints.source)
      : imageSize(axis(shapes, 'visual.trunk.pos_embed', 1), patch, hints.source),
    patch,
    width,
    depth: countBlocks(shapes, 'visual.trunk.blocks.'),
    heads: family ? WIDE_HEADS[family]! : usualHeads(width),
    mlpRatio: ratio(shapes, 'visual.trunk.blocks.0.mlp.fc1.weight'),
    activation: 'gelu', // whatever the config says: open_clip leaves timm's towers as they are
  }
}

function clipText(shapes: Shapes, config: OpenClipConfig | null, hints: Hints, activation: Activation | undefined) {
  const prefix = textPrefix(shapes)
  const [vocabulary, width] = [0, 1].map((i) => axis(shapes, `${prefix}token_embedding.weight`, i))
  const blocks = `${prefix}transformer.resblocks.`
  const text = config?.model.text_cfg
  return {
    kind: 'clip',
    context: axis(shapes, `${prefix}positional_embedding`, 0),
    vocabulary,
    width,
    depth: countBlocks(shapes, blocks),
    heads: text?.heads ?? usualHeads(width!),
    mlpRatio: ratio(shapes, `${blocks}0.mlp.c_fc.weight`),
    activation: requireActivation(activation, hints.source),
    ...epsilon(text?.norm_kwargs?.eps),
  }
}

function bertTower(shapes: Shapes, config: OpenClipConfig | null, hints: Hints) {
  const embeddings = 'text.transformer.embeddings'
  const [vocabulary, width] = [0, 1].map((i) => axis(shapes, `${embeddings}.word_embeddings.weight`, i))
  const positions = axis(shapes, `${embeddings}.position_embeddings.weight`, 0)
  const tokenTypes = axis(shapes, `${embeddings}.token_type_embeddings.weight`, 0)
  const layers = 'text.transformer.encoder.layer.'
  const text = config?.model.text_cfg
  // RoBERTa has BERT's names, but counts positions from 2 and has one token type.
  if (tokenTypes === 1 || text?.hf_model_name?.includes('roberta'))
    throw unsupported(hints.source, 'a RoBERTa text tower')
  return {
    kind: 'bert',
    context: text?.context_length ?? Math.min(256, positions),
    vocabulary,
    width,
    depth: countBlocks(shapes, layers),
    heads: usualHeads(width!),
    mlpRatio: ratio(shapes, `${layers}0.intermediate.dense.weight`),
    activation: 'gelu',
    positions,
    tokenTypes,
    projection: shapes.has('text.proj.weight') ? 'linear' : shapes.has('text.proj.0.weight') ? 'mlp' : 'none',
  }
}

function embedding(shapes: Shapes): number {
  return axis(shapes, 'visual.proj', 1) || axis(shapes, 'visual.head.proj.weight', 0)
}

/** From the weight of a feed-forward layer's first part, [hidden, width]. */
const ratio = (shapes: Shapes, name: string) => mlpRatio(axis(shapes, name, 0), axis(shapes, name, 1))

const epsilon = (value: number | undefined) => (value === undefined ? {} : { epsilon: value })

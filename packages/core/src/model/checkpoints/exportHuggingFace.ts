import { type Activation, AnamnesisError, type ModelConfig } from '../../contracts/index.ts'
import type { Tokenizer } from '../tokenizers/tokenizer.ts'
import { hiddenWidth } from '../towers/specs.ts'
import { HUGGING_FACE_CONFIG } from './choose.ts'
import type { ExportFiles } from './export.ts'
import { tokenizerFiles } from './exportTokenizer.ts'

/** PIL's numbers of the kernels. */
const RESAMPLE = { lanczos: 1, bilinear: 2, bicubic: 3 } as const
const ACTIVATIONS: Record<Activation, string> = { quickGelu: 'quick_gelu', gelu: 'gelu' }

/** Files of a transformers CLIPModel beside the weights. @throws BAD_INPUT when a tower is not CLIP's */
export function huggingFaceFiles(config: ModelConfig, tokenizer: Tokenizer): ExportFiles {
  const { image, text, embedding, mean, std, logitScale, resize } = config
  if (image.kind !== 'clip' || text.kind !== 'clip') {
    throw new AnamnesisError(
      'BAD_INPUT',
      `transformers' CLIPModel has CLIP's towers only; this model's are "${image.kind}" and "${text.kind}". Export it to open_clip.`,
      { field: 'layout' },
    )
  }
  if (resize.mode === 'longest') {
    throw new AnamnesisError(
      'BAD_INPUT',
      'transformers cannot fit the longer side of an image. Export it to open_clip.',
      {
        field: 'layout',
      },
    )
  }
  const squash = resize.mode === 'squash'
  const tower = (part: typeof image | typeof text) => ({
    hidden_size: part.width,
    intermediate_size: hiddenWidth(part),
    num_hidden_layers: part.depth,
    num_attention_heads: part.heads,
    hidden_act: ACTIVATIONS[part.activation],
    layer_norm_eps: part.epsilon,
    projection_dim: embedding,
  })
  return {
    [HUGGING_FACE_CONFIG]: {
      architectures: ['CLIPModel'],
      model_type: 'clip',
      projection_dim: embedding,
      logit_scale_init_value: Math.log(logitScale),
      torch_dtype: 'float32',
      vision_config: {
        model_type: 'clip_vision_model',
        ...tower(image),
        image_size: image.size,
        patch_size: image.patch,
        num_channels: 3,
      },
      text_config: {
        model_type: 'clip_text_model',
        ...tower(text),
        vocab_size: text.vocabulary,
        max_position_embeddings: text.context,
        bos_token_id: tokenizer.startToken,
        eos_token_id: tokenizer.endToken,
        pad_token_id: tokenizer.padToken,
      },
    },
    'preprocessor_config.json': {
      image_processor_type: 'CLIPImageProcessor',
      do_convert_rgb: true,
      do_resize: true,
      size: squash ? { height: image.size, width: image.size } : { shortest_edge: image.size },
      resample: RESAMPLE[config.resize.kernel],
      do_center_crop: !squash,
      crop_size: { height: image.size, width: image.size },
      do_rescale: true,
      rescale_factor: 1 / 255,
      do_normalize: true,
      image_mean: mean,
      image_std: std,
    },
    ...tokenizerFiles(tokenizer, text.context),
  }
}

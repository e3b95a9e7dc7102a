import { AnamnesisError } from '../../contracts/index.ts'

/** Files of a checkpoint that are needed, by what they are for; names as given. */
export interface ChosenFiles {
  /** Weights, or the index of weights in parts. */
  weights: string
  /** Config files of the known layouts. */
  configs: string[]
  preprocessor: string | null
  /** Files that a tokenizer may be read from. */
  tokenizer: string[]
}

export const OPEN_CLIP_CONFIG = 'open_clip_config.json'
export const HUGGING_FACE_CONFIG = 'config.json'
export const MODEL_CONFIG = 'model.json'
/** Weights of a model folder of this product. */
const MODEL_WEIGHTS = 'weights.safetensors'
const PREPROCESSOR = 'preprocessor_config.json'
/** The first that is there is taken: what cannot hold code comes first. */
const WEIGHTS = [
  'open_clip_model.safetensors',
  'open_clip_pytorch_model.safetensors',
  'model.safetensors',
  'model.safetensors.index.json',
  'open_clip_pytorch_model.bin',
  'pytorch_model.bin',
  'pytorch_model.bin.index.json',
]
const WEIGHTS_LIKE = /\.(safetensors|bin|pt|pth|ckpt)$/
const TOKENIZER_FILES = ['tokenizer.json', 'vocab.txt', 'vocab.json', 'merges.txt', 'tokenizer_config.json']

/**
 * Which of a folder's or repository's files make up the checkpoint.
 * @throws BAD_INPUT naming the candidates when it holds none or too many weights files
 */
export function chooseFiles(names: readonly string[], source: string): ChosenFiles {
  const has = new Set(names)
  if (has.has(MODEL_CONFIG) && has.has(MODEL_WEIGHTS)) {
    return { weights: MODEL_WEIGHTS, configs: [MODEL_CONFIG], preprocessor: null, tokenizer: ['tokenizer.json'] }
  }
  return {
    weights: WEIGHTS.find((name) => has.has(name)) ?? onlyWeights(names, source),
    configs: [OPEN_CLIP_CONFIG, HUGGING_FACE_CONFIG].filter((name) => has.has(name)),
    preprocessor: has.has(PREPROCESSOR) ? PREPROCESSOR : null,
    tokenizer: TOKENIZER_FILES.filter((name) => has.has(name)),
  }
}

/** Whether a file of this name belongs to the config beside it. */
export const isUsualName = (name: string): boolean => WEIGHTS.includes(name)

function onlyWeights(names: readonly string[], source: string): string {
  const candidates = names.filter((name) => WEIGHTS_LIKE.test(name) && !name.includes('/'))
  if (candidates.length === 1) return candidates[0]!
  throw new AnamnesisError(
    'BAD_INPUT',
    candidates.length === 0
      ? `${source} holds no weights: none of ${WEIGHTS.join(', ')} and no other file of weights is there.`
      : `${source} holds several weights files (${candidates.join(', ')}). Name the one to import.`,
  )
}

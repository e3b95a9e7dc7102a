import { type Activation, AnamnesisError, type ModelConfig } from '../../contracts/index.ts'

export type Shapes = ReadonlyMap<string, readonly number[]>

/** How one of our parameters is stored in another layout. */
export interface TensorRule {
  /** Our name: that of open_clip. */
  ours: string
  /** Names there; several are row blocks of ours, one below the other. */
  theirs: readonly string[]
  /** Rows there are columns here. */
  transposed?: boolean
}

/** What other libraries call the parts of a model. */
export interface ReferenceNames {
  /** Vision transformer of timm. */
  imageModel?: string
  /** Text model of Hugging Face. */
  textModel?: string
}

/** What is known beside the tensors. */
export interface Hints {
  /** The layout's parsed config file, null where there is none. */
  config: unknown
  /** Parsed preprocessor_config.json, null where there is none. */
  preprocessor: unknown
  /** Given by the user, wins over the config file. */
  activation?: Activation
  /** What messages call the checkpoint. */
  source: string
}

/** A way to name and cut the tensors of a model. */
export interface Layout {
  id: string
  title: string
  /** The file beside the weights that describes the architecture. */
  configFile: string
  /** Whether a checkpoint with these tensors has this layout. */
  matches(shapes: Shapes): boolean
  /**
   * The architecture (a config without id) of a checkpoint, from its config file and the shapes of its tensors.
   * @throws BAD_INPUT when it is one that the engine does not have, or when something must be given by the user
   */
  infer(shapes: Shapes, hints: Hints): Record<string, unknown>
  rules(config: ModelConfig, shapes: Shapes): TensorRule[]
  /** Names from the config file that an export of the model should have again. */
  names?(config: unknown): ReferenceNames
  /** Tensors that checkpoints of this layout carry and no model needs: buffers. */
  harmless: RegExp
}

/** Number of blocks: one more than the largest index behind `prefix`. */
export function countBlocks(shapes: Shapes, prefix: string): number {
  let count = 0
  for (const name of shapes.keys()) {
    if (!name.startsWith(prefix)) continue
    const index = Number(name.slice(prefix.length).split('.', 1)[0])
    if (Number.isInteger(index) && index >= count) count = index + 1
  }
  return count
}

/** Size of one axis of a tensor; 0 when there is no such tensor, which the check of all tensors then names. */
export function axis(shapes: Shapes, name: string, index: number): number {
  return shapes.get(name)?.at(index) ?? 0
}

/** Side of the image in pixels from the number of position embeddings (one more than patches) and the patch's side. */
export function imageSize(positions: number, patch: number, source: string): number {
  const side = Math.sqrt(positions - 1)
  if (Number.isInteger(side)) return side * patch
  throw new AnamnesisError(
    'CORRUPT_WEIGHTS',
    `${source} has ${positions} image positions: without the class token that is no square. Only square images are supported.`,
  )
}

/** Ratio of a feed-forward layer's hidden width to the width of its input, such that width times ratio rounds down to it. */
export function mlpRatio(hidden: number, width: number): number {
  if (!hidden || !width) return 4
  const ratio = hidden / width
  return Math.floor(width * ratio) === hidden ? ratio : (hidden + 0.25) / width
}

/** Heads are not written in the tensors; every published CLIP and BERT of these families has them 64 wide. */
export const usualHeads = (width: number) => Math.max(1, Math.floor(width / 64))

export function requireActivation(given: Activation | undefined, source: string): Activation {
  if (given) return given
  throw new AnamnesisError(
    'BAD_INPUT',
    `The tensors of ${source} do not tell its activation. Say which with the activation option: "quickGelu" for models ` +
      'trained by OpenAI and from their weights, "gelu" for others.',
    { field: 'activation' },
  )
}

export function unsupported(source: string, what: string): AnamnesisError {
  return new AnamnesisError('BAD_INPUT', `${source} is a model with ${what}, which the engine does not have.`)
}

/** Pixel statistics of OpenAI CLIP; open_clip uses them for every model that does not state its own. */
export const OPENAI_MEAN = [0.48145466, 0.4578275, 0.40821073]
export const OPENAI_STD = [0.26862954, 0.26130258, 0.27577711]

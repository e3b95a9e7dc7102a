import { AnamnesisError, type ModelConfig, modelConfig } from '../contracts/index.ts'
import biomedclip from './configs/biomedclip.json' with { type: 'json' }
import small from './configs/small.json' with { type: 'json' }
import synthetic from './configs/synthetic.json' with { type: 'json' }
import test from './configs/test.json' with { type: 'json' }
import testBert from './configs/test-bert.json' with { type: 'json' }
import testClipBert from './configs/test-clip-bert.json' with { type: 'json' }
import tiny from './configs/tiny.json' with { type: 'json' }
import unimedClip from './configs/unimed-clip.json' with { type: 'json' }
import vitB16 from './configs/vit-b-16.json' with { type: 'json' }
import vitB16Gelu from './configs/vit-b-16-gelu.json' with { type: 'json' }
import vitB32 from './configs/vit-b-32.json' with { type: 'json' }
import vitB32Gelu from './configs/vit-b-32-gelu.json' with { type: 'json' }
import vitL14 from './configs/vit-l-14.json' with { type: 'json' }
import vitL14Gelu from './configs/vit-l-14-gelu.json' with { type: 'json' }

const files = [
  tiny,
  small,
  vitB32,
  vitB32Gelu,
  vitB16,
  vitB16Gelu,
  vitL14,
  vitL14Gelu,
  biomedclip,
  unimedClip,
  synthetic,
  test,
  testBert,
  testClipBert,
]

/** Architectures by id. A new one is a new file in `configs/` and a line here. */
export const modelConfigs: ReadonlyMap<string, ModelConfig> = new Map(
  files.map((raw) => {
    const config = parseModelConfig(raw, `configs/${raw.id}.json`)
    return [config.id, config]
  }),
)

/** @throws UNKNOWN_MODEL */
export function findModelConfig(id: string): ModelConfig {
  const config = modelConfigs.get(id)
  if (config) return config
  throw new AnamnesisError(
    'UNKNOWN_MODEL',
    `There is no model size "${id}". Known sizes: ${[...modelConfigs.keys()].join(', ')}.`,
  )
}

/**
 * Parses an architecture and checks what the schema alone cannot: heads divide widths, patches divide the image, a
 * text has positions, and a text tower without projection ends in the embedding.
 * @param source what the value came from, for the message
 * @throws BAD_INPUT
 */
export function parseModelConfig(raw: unknown, source: string): ModelConfig {
  const parsed = modelConfig.safeParse(raw)
  if (!parsed.success) {
    const issue = parsed.error.issues[0]
    const field = issue?.path.join('.') ?? ''
    throw new AnamnesisError('BAD_INPUT', `${source}: "${field}" ${issue?.message ?? 'is not valid'}`, { field })
  }
  const config = parsed.data
  const { image, text, embedding } = config
  const refuse = (field: string, message: string) => {
    throw new AnamnesisError('BAD_INPUT', `${source}: ${message}`, { field })
  }
  for (const [name, { width, heads }] of Object.entries({ image, text })) {
    if (width % heads !== 0) {
      refuse(`${name}.heads`, `${name}.width (${width}) must be a multiple of ${name}.heads (${heads}).`)
    }
  }
  if (image.size % image.patch !== 0) {
    refuse('image.patch', `image.size (${image.size}) must be a multiple of image.patch (${image.patch}).`)
  }
  if (text.kind === 'bert') {
    const { context, positions, vocabulary, padToken, projection, width } = text
    if (context > positions) {
      refuse('text.context', `text.context (${context}) must be at most text.positions (${positions}).`)
    }
    if (padToken >= vocabulary) {
      refuse('text.padToken', `text.padToken (${padToken}) must be below text.vocabulary (${vocabulary}).`)
    }
    if (projection === 'none' && width !== embedding) {
      refuse('text.projection', `text.width (${width}) must be embedding (${embedding}) without a projection.`)
    }
  }
  return config
}

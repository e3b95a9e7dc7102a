import { AnamnesisError, type ModelConfig, modelConfig } from '../contracts/index.ts'
import test from './configs/test.json' with { type: 'json' }
import tiny from './configs/tiny.json' with { type: 'json' }
import vitB16 from './configs/vit-b-16.json' with { type: 'json' }

/** Model sizes by id. A new size is a new file in `configs/` and a line here. */
export const modelConfigs: ReadonlyMap<string, ModelConfig> = new Map(
  [tiny, vitB16, test].map((raw) => {
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
 * Parses a model size and checks what the schema alone cannot: heads divide widths, patches divide the image.
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
  for (const tower of ['image', 'text'] as const) {
    if (config[tower].width % config[tower].heads !== 0) {
      throw new AnamnesisError(
        'BAD_INPUT',
        `${source}: ${tower}.width (${config[tower].width}) must be a multiple of ${tower}.heads (${config[tower].heads}).`,
        { field: `${tower}.heads` },
      )
    }
  }
  if (config.image.size % config.image.patch !== 0) {
    throw new AnamnesisError(
      'BAD_INPUT',
      `${source}: image.size (${config.image.size}) must be a multiple of image.patch (${config.image.patch}).`,
      { field: 'image.patch' },
    )
  }
  return config
}

import type { ModelConfig } from '../../contracts/index.ts'
import type { TowerName } from '../hooks.ts'
import { parameterSpecs } from '../parameters.ts'
import { imageTower, textTower } from '../towers/registry.ts'

/** Kinds of weight matrices in a block: into attention (queries, keys, values), out of it, and the feed-forward layers. */
export const BLOCK_WEIGHTS = ['attentionIn', 'attentionOut', 'mlp'] as const
export type BlockWeightKind = (typeof BLOCK_WEIGHTS)[number]

export interface BlockWeight {
  /** Standard name of the parameter. */
  name: string
  /** [rows, columns] */
  shape: [number, number]
  tower: TowerName
  /** Counted from 0. */
  block: number
  kind: BlockWeightKind
}

/** Every weight matrix in the blocks of a model's towers, in file order. */
export function blockWeights(config: ModelConfig): BlockWeight[] {
  const specs = parameterSpecs(config)
  const towers = [
    { tower: 'image' as const, depth: config.image.depth, definition: imageTower(config.image) },
    { tower: 'text' as const, depth: config.text.depth, definition: textTower(config.text) },
  ]
  return towers.flatMap(({ tower, depth, definition }) =>
    Array.from({ length: depth }, (_, block) => {
      const { attention, attentionOutput, up, down } = definition.block(block)
      const into = 'joined' in attention ? [attention.joined] : [attention.query, attention.key, attention.value]
      const names: [BlockWeightKind, string][] = [
        ...into.map(({ weight }): [BlockWeightKind, string] => ['attentionIn', weight]),
        ['attentionOut', attentionOutput.weight],
        ['mlp', up.weight],
        ['mlp', down.weight],
      ]
      return names.map(([kind, name]) => ({
        name,
        shape: specs.get(name)!.shape as [number, number],
        tower,
        block,
        kind,
      }))
    }).flat(),
  )
}

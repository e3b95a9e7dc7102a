import type { ModelConfig } from '@anamnesis/core/contracts'
import { findModelConfig } from '@anamnesis/core/model'

/** One workload that both sides run. */
export interface EngineShape {
  id: string
  config: ModelConfig
  batch: number
  /** 'step' = forward, backward and AdamW of the contrastive loss; 'forward' = image tower only. */
  kind: 'step' | 'forward'
  /** The sides take turns so often, each with so many repeats a turn. */
  rounds: number
  repeats: number
  /** No further turn begins after so many seconds, and one turn may take as long at most. */
  seconds: number
  /** Blocks are computed once more for the gradient; measured against this other workload of the engine, not PyTorch. */
  checkpointed?: { plain: string }
}

const tiny = findModelConfig('tiny')
const base = findModelConfig('vit-b-16')

export const engineShapes: EngineShape[] = [
  { id: 'tiny', config: tiny, batch: 32, kind: 'step', rounds: 7, repeats: 3, seconds: 60 },
  {
    id: 'tiny96',
    config: { ...tiny, image: { ...tiny.image, size: 96 } },
    batch: 32,
    kind: 'step',
    rounds: 5,
    repeats: 2,
    seconds: 60,
  },
  { id: 'vitb16', config: base, batch: 8, kind: 'step', rounds: 5, repeats: 1, seconds: 90 },
  {
    id: 'vitb16.checkpointed',
    config: base,
    batch: 8,
    kind: 'step',
    rounds: 3,
    repeats: 1,
    seconds: 60,
    checkpointed: { plain: 'vitb16' },
  },
  { id: 'vitb16.forward', config: base, batch: 8, kind: 'forward', rounds: 5, repeats: 2, seconds: 60 },
]

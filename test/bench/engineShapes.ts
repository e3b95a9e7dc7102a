import type { ModelConfig } from '@anamnesis/core/contracts'
import { findModelConfig } from '@anamnesis/core/model'

/** One workload that both sides run. */
export interface EngineShape {
  id: string
  config: ModelConfig
  batch: number
  /** 'step' = forward, backward and AdamW of the contrastive loss; 'forward' = image tower only. */
  kind: 'step' | 'forward'
}

const tiny = findModelConfig('tiny')

const base = findModelConfig('vit-b-16')

export const engineShapes: EngineShape[] = [
  { id: 'tiny', config: tiny, batch: 32, kind: 'step' },
  { id: 'tiny96', config: { ...tiny, image: { ...tiny.image, size: 96 } }, batch: 32, kind: 'step' },
  { id: 'vitb16', config: base, batch: 8, kind: 'step' },
  { id: 'vitb16.forward', config: base, batch: 8, kind: 'forward' },
]

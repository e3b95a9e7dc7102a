import { type ModelConfig, modelConfig } from '@anamnesis/core/contracts'
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

/** The image tower of a published base-size CLIP; its text tower is of the same size. */
const base = modelConfig.parse({
  id: 'vitb16',
  image: { size: 224, patch: 16, width: 768, depth: 12, heads: 12 },
  text: { context: 77, vocabulary: 49_408, width: 512, depth: 12, heads: 8 },
  embedding: 512,
})

export const engineShapes: EngineShape[] = [
  { id: 'tiny', config: tiny, batch: 32, kind: 'step' },
  { id: 'tiny96', config: { ...tiny, image: { ...tiny.image, size: 96 } }, batch: 32, kind: 'step' },
  { id: 'vitb16', config: base, batch: 8, kind: 'step' },
  { id: 'vitb16.forward', config: base, batch: 8, kind: 'forward' },
]

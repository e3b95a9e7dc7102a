export {
  contrastiveKnowledgeConsolidation,
  type KnowledgeConsolidationInput,
} from './contrastiveKnowledgeConsolidation.ts'
export { contrastiveKnowledgeTransfer, type KnowledgeTransferInput } from './contrastiveKnowledgeTransfer.ts'
export { crossEntropy } from './crossEntropy.ts'
export { type ConsistencyInput, crossModalityConsistency } from './crossModalityConsistency.ts'
export { decorrelation } from './decorrelation.ts'
export { featureDistillation } from './featureDistillation.ts'
export { fisherGuard, meanOne } from './fisherGuard.ts'
export { keyPull } from './keyPull.ts'
export { loraOrthogonality, loraSimilarity } from './loraRegularisation.ts'
export { ownClassCrossEntropy } from './ownClassCrossEntropy.ts'
export { relationDistillation } from './relationDistillation.ts'
export { similarityDistillation } from './similarityDistillation.ts'
export { weightDistance } from './weightDistance.ts'
export { weightGuard } from './weightGuard.ts'

export { runTraining } from './loop.ts'
export { type PretrainOptions, type PretrainReport, pretrain } from './pretrain.ts'
export { configHash, resolveRunConfig, runConfigJsonSchema, type TrainingIo, type TrainingRequest } from './request.ts'

export { runTraining } from './loop.ts'
export { configHash, resolveRunConfig, runConfigJsonSchema, type TrainingIo, type TrainingRequest } from './request.ts'

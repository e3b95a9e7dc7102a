export { differenceHash, hashDistance } from './differenceHash.ts'
export type { Encoder } from './encoder.ts'
export { modelEncoder } from './modelEncoder.ts'

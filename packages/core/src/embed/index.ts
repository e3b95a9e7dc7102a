export type { Encoder } from './encoder.ts'
export { modelEncoder } from './modelEncoder.ts'

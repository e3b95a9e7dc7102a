export type {
  Method,
  MethodSetting,
  ReferenceBatch,
  ReferenceOptions,
  ReferencePolicy,
  TaskBatch,
} from './method.ts'
export { describeMethods, type MethodDescription, methodById, methods, type RegisteredMethod } from './registry.ts'

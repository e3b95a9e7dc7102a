export type { AddOn, AddOnDefinition, PairsInView } from './addOns/addOn.ts'
export { type Learner, withAddOns } from './addOns/compose.ts'
export { type AddOnDescription, addOnById, describeAddOns } from './addOns/registry.ts'
export { cosineClassifier } from './cosineClassifier.ts'
export type { AdaptiveReference, GuidanceSignals } from './guidanceSignals.ts'
export { hardNegativeShare } from './guidanceSignals.ts'
export type {
  Classifier,
  ExemplarBatch,
  ExemplarOptions,
  Method,
  MethodSetting,
  ReferenceBatch,
  ReferenceOptions,
  ReferencePolicy,
  StepInput,
  TaskBatch,
  TaskContext,
  TaskSamples,
  TeacherKind,
} from './method.ts'
export { describeMethods, type MethodDescription, methodById, methods, type RegisteredMethod } from './registry.ts'

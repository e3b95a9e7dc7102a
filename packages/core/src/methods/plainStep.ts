import { classificationLoss } from './classificationLoss.ts'
import type { MethodSetting, StepInput, StepOutput } from './method.ts'

/** The step of fine-tuning: the gradient of the task's cross-entropy and nothing else. */
export function plainStep(setting: MethodSetting, { batch }: StepInput): StepOutput {
  const { value, gradients } = setting.model.gradients(() => classificationLoss(setting, batch))
  return { gradients, metrics: { 'loss.total': value, 'loss.ce': value.clone() } }
}

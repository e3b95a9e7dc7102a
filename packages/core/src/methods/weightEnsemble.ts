import { z } from 'zod'
import type { MethodDefinition } from './method.ts'
import { plainStep } from './plainStep.ts'
import { averagedModels, WeightAverage } from './weightAverage.ts'

const params = z.strictObject({ averagedModels })

/** WE: fine-tuning whose weights are averaged over the task (the ensemble part of ZSCL alone). */
export const weightEnsemble: MethodDefinition<typeof params> = {
  id: 'weight-ensemble',
  title: 'Weight ensemble',
  paper: 'Zheng 2023',
  summary: 'Fine-tunes and keeps the mean of the weights along the way.',
  version: 1,
  trains: true,
  reference: 'none',
  params,
  referenceOptions: () => null,
  create: ({ averagedModels }, setting) => {
    const { model } = setting
    const average = new WeightAverage()
    return {
      beginTask: ({ steps }) => average.begin(model, steps, averagedModels),
      step: (input) => plainStep(setting, input),
      afterStep: (step) => average.afterStep(model, step),
      endTask: () => average.end(model),
      state: () => ({}),
      restore: () => {},
      dispose: () => average.dispose(),
    }
  },
}

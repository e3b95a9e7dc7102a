import { z } from 'zod'
import { type NamedTensorMap, tf } from '../backend/index.ts'
import { Anchor } from './anchor.ts'
import type { MethodDefinition } from './method.ts'
import { plainStep } from './plainStep.ts'

const params = z.strictObject({
  alpha: z.number().min(0).max(1).default(0.8).meta({
    title: 'Weight of the new model α',
    description: 'After each task θ becomes α θ + (1 - α) θ before the task.',
  }),
})

/** WiSE-FT (Wortsman 2022): fine-tunes, then goes back part of the way to the weights before the task. */
export const wiseFt: MethodDefinition<typeof params> = {
  id: 'wise-ft',
  title: 'WiSE-FT',
  paper: 'Wortsman 2022',
  summary: 'After each task the weights are interpolated with those before it.',
  version: 1,
  trains: true,
  reference: 'none',
  params,
  referenceOptions: () => null,
  create: ({ alpha }, setting) => {
    const { model } = setting
    const anchor = new Anchor()
    return {
      beginTask: () => anchor.take(model),
      step: (input) => plainStep(setting, input),
      endTask: () => {
        const mixed: NamedTensorMap = tf.tidy(() =>
          Object.fromEntries(
            [...model.variables].map(([name, variable]) => [
              name,
              tf.add(tf.mul(variable, alpha), tf.mul(anchor.weights[name]!, 1 - alpha)),
            ]),
          ),
        )
        model.load(mixed)
        for (const tensor of Object.values(mixed)) tensor.dispose()
        anchor.dispose()
      },
      state: () => ({}),
      restore: () => {},
      dispose: () => anchor.dispose(),
    }
  },
}

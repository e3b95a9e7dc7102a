import { type NamedTensorMap, type Scalar, tf } from '../backend/index.ts'
import { fisherGuard, weightGuard } from '../losses/index.ts'
import { Anchor } from './anchor.ts'
import { Fisher } from './fisher.ts'
import { FisherMemory } from './fisherMemory.ts'
import type { Method, MethodSetting } from './method.ts'
import type { PrimedKnobs } from './primedKnobs.ts'
import type { PrimedParameters } from './primedParameters.ts'

/** What pulls the weights towards those before the task, in place of DFG in an ablation. */
interface Regulariser extends Pick<Method, 'endTask' | 'state' | 'restore' | 'dispose'> {
  /** False: it has no part in the loss. */
  readonly acts: boolean
  beginTask(): void
  /** @param knowledge gradients of the knowledge losses @returns the penalty without lambda, and its gradients with it */
  pull(knowledge: NamedTensorMap, lambda: number | Scalar): { penalty: Scalar; gradients: NamedTensorMap }
}

export function regulariser(params: PrimedParameters, setting: MethodSetting, knobs: PrimedKnobs): Regulariser {
  const kind = params.guard ? params.regulariser : 'none'
  if (kind === 'ewc') return elasticGuard(params, setting)
  const { model } = setting
  const anchor = new Anchor()
  const guarded = new Map([...model.variables].filter(([, variable]) => variable.trainable)) // not the logit scale
  const memory =
    kind === 'dfg' && knobs.remembers
      ? new FisherMemory(guarded, { memory: params.adaptMemory, clip: params.adaptClip })
      : null
  return {
    acts: kind !== 'none',
    beginTask: () => {
      anchor.take(model)
      memory?.begin()
    },
    pull: (knowledge, lambda) => {
      switch (kind) {
        case 'none':
          return { penalty: tf.scalar(0), gradients: {} }
        case 'l2':
          return weightGuard(guarded, anchor.weights, () => tf.scalar(1), lambda)
        case 'dfg': {
          if (!memory) return fisherGuard(guarded, anchor.weights, knowledge, lambda)
          const gamma = knobs.exponent()
          return weightGuard(guarded, anchor.weights, (name) => memory.weights(name, knowledge, gamma), lambda)
        }
      }
    },
    endTask: () => anchor.dispose(),
    state: () => anchor.state(),
    restore: (state) => anchor.restore(state),
    dispose: () => {
      anchor.dispose()
      memory?.dispose()
    },
  }
}

/** EWC in place of DFG: Fisher weights are taken once, from the images of each task after it. */
function elasticGuard({ fisherSamples }: PrimedParameters, setting: MethodSetting): Regulariser {
  const fisher = new Fisher()
  return {
    acts: true,
    beginTask: () => {},
    pull: (_, lambda) =>
      weightGuard(setting.model.variables, fisher.anchor, (name) => fisher.importance[name] ?? null, lambda),
    endTask: (context) => fisher.add(setting, context, { gamma: 1, samples: fisherSamples }),
    state: () => fisher.state(),
    restore: (state) => fisher.restore(state),
    dispose: () => fisher.dispose(),
  }
}

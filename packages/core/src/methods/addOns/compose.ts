import { type NamedTensorMap, type Scalar, tf } from '../../backend/index.ts'
import type { Method, MethodSetting, StepInput, StepOutput } from '../method.ts'
import { summedGradients } from '../summedGradients.ts'
import type { AddOn } from './addOn.ts'
import { addOnById } from './registry.ts'

/** A method with its add-ons: what the training loop works with. */
export interface Learner extends Method {
  choosePairs?: AddOn['choosePairs']
}

/**
 * Joins add-ons to a method, in the order given. Gradients add up; state is kept under `addOn/<id>/`.
 * @param chosen parameters by add-on id @throws BAD_PARAMETERS, UNKNOWN_METHOD
 */
export function withAddOns(
  method: Method,
  chosen: Readonly<Record<string, Record<string, unknown>>>,
  setting: MethodSetting,
): Learner {
  const parts = Object.entries(chosen).map(([id, parameters]) => ({
    prefix: `addOn/${id}/`,
    addOn: addOnById(id).create(parameters, setting),
  }))
  if (parts.length === 0) return method
  const all = [method, ...parts.map(({ addOn }) => addOn)]
  const choosing = parts.filter(({ addOn }) => addOn.choosePairs)
  const classifying = all.findLast((part) => part.classifier)
  return {
    beginTask: async (context) => {
      for (const part of all) await part.beginTask?.(context)
    },
    step: (input) =>
      joined(
        method,
        parts.map(({ addOn }) => addOn),
        input,
      ),
    afterStep: (step) => {
      for (const part of all) part.afterStep?.(step)
    },
    ...(method.adapt && { adapt: (signals) => method.adapt!(signals) }),
    endTask: async (context) => {
      for (const part of all) await part.endTask?.(context)
    },
    variables: () => {
      const own = method.variables?.() ?? setting.model.trained()
      return new Map([...own, ...parts.flatMap(({ addOn }) => [...(addOn.variables?.() ?? [])])])
    },
    rateFactor: (name) => all.reduce((factor, part) => factor * (part.rateFactor?.(name) ?? 1), 1),
    ...(classifying && { classifier: (task) => classifying.classifier!(task) }),
    ...(choosing.length > 0 && {
      choosePairs: async (view, context) => {
        let { pairs } = view
        for (const { addOn } of choosing) pairs = await addOn.choosePairs!({ ...view, pairs }, context)
        return [...pairs]
      },
    }),
    state: () => ({
      ...method.state(),
      ...Object.fromEntries(
        parts.flatMap(({ prefix, addOn }) =>
          Object.entries(addOn.state?.() ?? {}).map(([name, tensor]) => [prefix + name, tensor]),
        ),
      ),
    }),
    restore: (state) => {
      method.restore(pick(state, (name) => (name.startsWith('addOn/') ? null : name)))
      for (const { prefix, addOn } of parts) {
        addOn.restore?.(pick(state, (name) => (name.startsWith(prefix) ? name.slice(prefix.length) : null)))
      }
    },
    dispose: () => {
      for (const part of all) part.dispose?.()
    },
  }
}

/** An add-on's `loss.total` is its weighted part of the sum; its other metrics stand beside the method's. */
function joined(method: Method, addOns: readonly AddOn[], input: StepInput): StepOutput {
  const base = method.step(input)
  const more = addOns.flatMap((addOn) => (addOn.step ? [addOn.step(input)] : []))
  if (more.length === 0) return base
  const totals = [base, ...more].flatMap(({ metrics }) => (metrics['loss.total'] ? [metrics['loss.total']] : []))
  const metrics = Object.assign({}, base.metrics, ...more.map((output) => output.metrics)) as Record<string, Scalar>
  const total = tf.addN(totals) as Scalar
  const gradients = summedGradients(base.gradients, ...more.map((output) => output.gradients))
  // Tensors kept by gradient functions outlive the tidy; those that are summed up here are read by nobody else.
  const kept = new Set(Object.values(metrics))
  for (const { gradients: own } of [base, ...more])
    for (const tensor of Object.values<NamedTensorMap[string]>(own)) tensor.dispose()
  for (const tensor of totals) if (!kept.has(tensor)) tensor.dispose()
  metrics['loss.total']?.dispose()
  return { ...base, gradients, metrics: { ...metrics, 'loss.total': total } }
}

function pick(state: NamedTensorMap, rename: (name: string) => string | null): NamedTensorMap {
  return Object.fromEntries(
    Object.entries(state).flatMap(([name, tensor]) => {
      const own = rename(name)
      return own === null ? [] : [[own, tensor]]
    }),
  )
}

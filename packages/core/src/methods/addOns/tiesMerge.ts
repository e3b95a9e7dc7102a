import { z } from 'zod'
import { type NamedTensorMap, type Tensor, tf } from '../../backend/index.ts'
import type { Task } from '../../contracts/index.ts'
import type { ClipModel } from '../../model/index.ts'
import { KeptTensors } from '../keptTensors.ts'
import type { AddOnDefinition } from './addOn.ts'

const params = z.strictObject({
  keep: z.number().positive().max(1).default(0.2).meta({
    title: 'Kept share',
    description: 'Share of the largest changes of each weight tensor that a domain keeps.',
  }),
  lambda: z.number().positive().max(10).default(1).meta({
    title: 'Scale λ',
    description: 'Factor on the merged change.',
  }),
})

/**
 * Conflict-aware merge of what each domain changed (TIES, Yadav 2023, as MMedExpert-R1, arXiv 2601.10949, merges its
 * specialists), after every task from the second domain on:
 *
 *     tau_d  = sum of the changes of the tasks of domain d, its largest 20 % per tensor
 *     merged = mean of the tau_d that have the sign of sum_d tau_d        value by value
 *     theta  = theta_0 + lambda merged
 */
export const tiesMerge: AddOnDefinition<typeof params> = {
  id: 'ties-merge',
  title: 'TIES merge of domains',
  paper: 'MMedExpert-R1 2026',
  summary: 'After each task, merges the weight changes of all domains so that contradicting changes do not cancel.',
  version: 1,
  needs: 'nothing',
  params,
  create: ({ keep, lambda }, { model, openInitial }) => {
    const changes = new KeptTensors() // "<domain>/<weight>"
    let start: NamedTensorMap = {}
    return {
      beginTask: () => {
        tf.dispose(start)
        start = model.snapshot()
      },
      endTask: async ({ task }) => {
        const domain = domainKey(task)
        for (const [name, variable] of trainable(model)) {
          const key = `${domain}/${name}`
          const change = tf.tidy(() => {
            const now = tf.sub(variable, start[name]!)
            return changes.has(key) ? tf.add(changes.get(key), now) : now
          })
          changes.set(key, change)
        }
        tf.dispose(start)
        start = {}
        const domains = [...new Set(Object.keys(changes.state()).map((key) => key.slice(0, key.indexOf('/'))))]
        if (domains.length < 2) return
        const initial = await openInitial()
        try {
          for (const [name, variable] of trainable(model)) {
            const parts = domains.map((one) => changes.get(`${one}/${name}`).dataSync<'float32'>())
            const merged = tf.tensor(mergeChanges(parts, keep), variable.shape)
            tf.tidy(() => variable.assign(tf.add(initial.variables.get(name)!, tf.mul(merged, lambda))))
            merged.dispose()
          }
        } finally {
          initial.dispose()
        }
      },
      state: () => changes.state(),
      restore: (state) => changes.restore(state),
      dispose: () => {
        changes.dispose()
        tf.dispose(start)
        start = {}
      },
    }
  },
}

/** The merged change of one tensor. @param keep share of each part that counts, by magnitude */
export function mergeChanges(parts: readonly Float32Array[], keep: number): Float32Array {
  const trimmed = parts.map((part) => {
    const kept = Math.max(1, Math.round(keep * part.length))
    const threshold = Float32Array.from(part, Math.abs).sort().at(-kept)!
    return part.map((value) => (Math.abs(value) >= threshold ? value : 0))
  })
  return new Float32Array(parts[0]!.length).map((_, i) => {
    const values = trimmed.map((part) => part[i]!)
    const sign = Math.sign(values.reduce((sum, value) => sum + value, 0))
    const agreeing = values.filter((value) => value !== 0 && Math.sign(value) === sign)
    return agreeing.length === 0 ? 0 : agreeing.reduce((sum, value) => sum + value, 0) / agreeing.length
  })
}

const trainable = (model: ClipModel): [string, Tensor & { assign(value: Tensor): void }][] =>
  [...model.variables].filter(([, variable]) => variable.trainable)

/** The imaging modality of a task as a name without slashes. */
function domainKey({ modality }: Task): string {
  return modality.toLowerCase().replace(/[^a-z0-9]+/g, '-')
}

import { type Tensor, type Tensor1D, tf } from '../backend/index.ts'
import type { TowerHooks } from '../model/hooks.ts'
import type { AttentionPrefixes } from '../model/wrappers/attentionPrefixes.ts'

/** The hook that gives each sequence the prefix of its own task. @param tasks [batch], int32, index into `prefixes` */
export function prefixesOf(
  prefixes: readonly AttentionPrefixes[],
  tasks: Tensor1D,
): NonNullable<TowerHooks['attentionPrefix']> {
  return (place) => {
    const all = prefixes.map((prefix) => prefix.at(place))
    if (all[0] === null) return null
    const own = (part: 'keys' | 'values') => tf.gather(tf.stack(all.map((prefix) => prefix![part])) as Tensor, tasks)
    return { keys: own('keys'), values: own('values') }
  }
}

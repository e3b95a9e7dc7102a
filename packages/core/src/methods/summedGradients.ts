import { type NamedTensorMap, tf } from '../backend/index.ts'

/** Sum by name of gradients that may lack some tensors. */
export function summedGradients(...maps: NamedTensorMap[]): NamedTensorMap {
  const names = new Set(maps.flatMap((map) => Object.keys(map)))
  return Object.fromEntries(
    [...names].map((name) => [name, tf.addN(maps.flatMap((map) => (map[name] ? [map[name]] : [])))]),
  )
}

import type { NamedTensorMap } from '../backend/index.ts'

/** Highest number n of the names `<kind>/<n>/...` (or `<kind>/<n>`) in a saved state; 0 where there is none. */
export function numbered(state: NamedTensorMap, kind: string): number {
  return Math.max(
    0,
    ...Object.keys(state).flatMap((name) => {
      const [first, number] = name.split('/')
      return first === kind ? [Number(number)] : []
    }),
  )
}

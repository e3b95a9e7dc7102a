/** p values corrected for asking all of these questions at once (Holm 1979), in the given order. */
export function holm(values: readonly number[]): number[] {
  const order = values.map((_, i) => i).sort((a, b) => values[a]! - values[b]!)
  const corrected = new Array<number>(values.length)
  let largest = 0
  order.forEach((index, place) => {
    largest = Math.max(largest, Math.min(1, values[index]! * (values.length - place)))
    corrected[index] = largest
  })
  return corrected
}

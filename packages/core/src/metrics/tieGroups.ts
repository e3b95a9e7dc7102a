/**
 * Groups of places whose order is not established, numbered from 1. A new group begins where every place before is
 * separated from every place after, so contenders that cannot be told apart chain into one group.
 * @param places number of places, best first
 * @param separated whether the difference of two places is established
 */
export function tieGroups(places: number, separated: (before: number, after: number) => boolean): number[] {
  const groups: number[] = []
  for (let place = 0; place < places; place++)
    groups.push(isCut(place) ? (groups[place - 1] ?? 0) + 1 : groups[place - 1]!)
  return groups

  function isCut(at: number): boolean {
    for (let before = 0; before < at; before++) {
      for (let after = at; after < places; after++) if (!separated(before, after)) return false
    }
    return true
  }
}

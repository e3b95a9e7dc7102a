/**
 * Results of `produce(0)`, `produce(1)`, ... in order, up to `count`, with at most `depth` of them in the making ahead
 * of the one that is taken. Calls start in order; an error surfaces when its result is taken.
 */
export async function* prefetched<T>(
  count: number,
  depth: number,
  produce: (index: number) => Promise<T>,
): AsyncGenerator<T, void, undefined> {
  const pending: Promise<T>[] = []
  let started = 0
  try {
    for (let taken = 0; taken < count; taken++) {
      while (started < count && started <= taken + depth) {
        const result = produce(started++)
        result.catch(() => {}) // surfaces below, when taken
        pending.push(result)
      }
      yield await pending.shift()!
    }
  } finally {
    await Promise.allSettled(pending)
  }
}

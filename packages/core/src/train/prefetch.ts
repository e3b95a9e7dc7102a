/** Results that are made ahead, and how long their taker waited for them. */
export interface Prefetched<T> extends AsyncIterable<T> {
  /** Seconds that the last result was waited for. */
  readonly lastWait: number
  /** Share of the time since the first result was asked for that was spent waiting, in [0, 1]. */
  readonly waitShare: number
}

/**
 * Results of `produce(0)`, `produce(1)`, ... in order, up to `count`, with at most `depth` of them in the making ahead
 * of the one that is taken. Calls start in order; an error surfaces when its result is taken.
 */
export function prefetched<T>(count: number, depth: number, produce: (index: number) => Promise<T>): Prefetched<T> {
  let started: number | null = null
  let waited = 0
  let lastWait = 0

  async function* results(): AsyncGenerator<T, void, undefined> {
    started = performance.now()
    const pending: Promise<T>[] = []
    let begun = 0
    try {
      for (let taken = 0; taken < count; taken++) {
        while (begun < count && begun <= taken + depth) {
          const result = produce(begun++)
          result.catch(() => {}) // surfaces below, when taken
          pending.push(result)
        }
        const asked = performance.now()
        const result = await pending.shift()!
        lastWait = (performance.now() - asked) / 1000
        waited += lastWait
        yield result
      }
    } finally {
      await Promise.allSettled(pending)
    }
  }

  return {
    [Symbol.asyncIterator]: results,
    get lastWait() {
      return lastWait
    },
    get waitShare() {
      const elapsed = started === null ? 0 : (performance.now() - started) / 1000
      return elapsed === 0 ? 0 : Math.min(1, waited / elapsed)
    },
  }
}

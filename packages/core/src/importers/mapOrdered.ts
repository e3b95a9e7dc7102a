/** Applies `work` to up to `width` items at a time and yields the results in order. Holds at most `width` items. */
export async function* mapOrdered<T, R>(
  source: AsyncIterable<T> | Iterable<T>,
  width: number,
  work: (item: T) => Promise<R>,
): AsyncGenerator<R> {
  const pending: Promise<R>[] = []
  try {
    for await (const item of source) {
      const result = work(item)
      result.catch(() => {}) // reported when its turn comes
      pending.push(result)
      if (pending.length >= width) yield await pending.shift()!
    }
    while (pending.length > 0) yield await pending.shift()!
  } finally {
    await Promise.allSettled(pending)
  }
}

/**
 * A generator that can be ended while it waits. `return()` of a plain one is only heard at its next `yield`, so a
 * client that leaves a quiet subscription would stay behind for ever.
 */
export function abortable<T>(make: (signal: AbortSignal) => AsyncGenerator<T, void>): AsyncGenerator<T, void> {
  const controller = new AbortController()
  const inner = make(controller.signal)
  return {
    next: () => inner.next(),
    return(value) {
      controller.abort()
      return inner.return(value)
    },
    throw(error) {
      controller.abort()
      return inner.throw(error)
    },
    [Symbol.asyncIterator]() {
      return this
    },
    async [Symbol.asyncDispose]() {
      await this.return()
    },
  }
}

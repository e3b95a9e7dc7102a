const began = performance.now()

/** One line for the person at the terminal. */
export function say(text: string): void {
  const seconds = ((performance.now() - began) / 1000).toFixed(1).padStart(6)
  process.stdout.write(`[${seconds} s] ${text}\n`)
}

/** Runs a step and says how long it took. */
export async function step<T>(title: string, work: () => Promise<T>): Promise<T> {
  const started = performance.now()
  const result = await work()
  say(`${title} (${((performance.now() - started) / 1000).toFixed(1)} s)`)
  return result
}

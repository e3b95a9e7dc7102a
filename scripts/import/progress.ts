import type { OnProgress } from '@anamnesis/core/contracts'

/** Seconds over which a rate is taken: what an import passed over when it went on must not make it look fast for long. */
const WINDOW_S = 10

/** Prints at most a line a second, and one when a part begins: how many, how many a second, how long it will take. */
export function progressLines(print: (line: string) => void, now: () => number = Date.now): OnProgress {
  let what = ''
  let printed = 0
  let seen: { at: number; done: number; share: number | null }[] = []
  return (progress) => {
    const at = now()
    const begins = progress.what !== what
    if (!begins && at - printed < 1000) return
    if (begins) seen = []
    what = progress.what
    printed = at
    const share = progress.share ?? (progress.total ? progress.done / progress.total : null)
    seen.push({ at, done: progress.done, share })
    while (seen.length > 2 && at - seen[1]!.at > WINDOW_S * 1000) seen.shift()
    const total = progress.total ? `/${progress.total}` : ''
    const percent = share === null ? '' : ` (${Math.floor(100 * share)} %)`
    print(`importing ${what}: ${progress.done}${total}${percent}${pace(seen)}`)
  }
}

function pace(seen: readonly { at: number; done: number; share: number | null }[]): string {
  const first = seen[0]!
  const last = seen.at(-1)!
  const seconds = (last.at - first.at) / 1000
  if (seconds <= 0) return ''
  const rate = `, ${((last.done - first.done) / seconds).toFixed(0)}/s`
  if (last.share === null || first.share === null || last.share <= first.share) return rate
  return `${rate}, ${duration((seconds * (1 - last.share)) / (last.share - first.share))} left`
}

/** 75 -> "1 min 15 s". */
function duration(seconds: number): string {
  const whole = Math.round(seconds)
  if (whole < 60) return `${whole} s`
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`
}

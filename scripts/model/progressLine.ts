import type { Progress } from '@anamnesis/core/contracts'

/** Between two lines. Milliseconds. */
const PAUSE_MS = { terminal: 200, file: 5000 }
/** The rate is that of the last few seconds. Milliseconds. */
const WINDOW_MS = 5000

/** Progress with rate and time left: one line that changes on a terminal, a line now and then in a file. */
export class ProgressLine {
  private what = ''
  private shown = 0
  private open = false
  private samples: { at: number; done: number }[] = []
  private readonly terminal: boolean

  constructor(private readonly out: NodeJS.WriteStream = process.stderr) {
    this.terminal = out.isTTY === true
  }

  show(unit: 'bytes' | 'tensors', { what, done, total }: Progress): void {
    const now = performance.now()
    if (what !== this.what) {
      this.end()
      this.what = what
      this.samples = []
    }
    this.samples.push({ at: now, done })
    while (this.samples.length > 2 && now - this.samples[0]!.at > WINDOW_MS) this.samples.shift()
    const pause = this.terminal ? PAUSE_MS.terminal : PAUSE_MS.file
    if (done !== total && now - this.shown < pause) return
    this.shown = now
    const text = `${what}: ${progressText(unit, done, total, this.rate())}`
    this.out.write(this.terminal ? `\r${text}\u001b[K` : `${text}\n`)
    this.open = this.terminal
  }

  /** Closes the line that changes. */
  end(): void {
    if (this.open) this.out.write('\n')
    this.open = false
  }

  /** A second, over the window; null before there are two samples. */
  private rate(): number | null {
    const [first, last] = [this.samples[0], this.samples.at(-1)]
    if (!first || !last || last.at === first.at) return null
    return (1000 * (last.done - first.done)) / (last.at - first.at)
  }
}

/** @param rate a second, or null where it is not known */
export function progressText(
  unit: 'bytes' | 'tensors',
  done: number,
  total: number | null,
  rate: number | null,
): string {
  const amount = (value: number) => (unit === 'bytes' ? `${(value / 1e6).toFixed(1)} MB` : `${value}`)
  const share = total ? ` (${Math.floor((100 * done) / total)} %)` : ''
  const speed = rate && unit === 'bytes' ? `, ${amount(rate)}/s` : ''
  const left = rate && total && done < total ? `, ${duration((total - done) / rate)} left` : ''
  return `${amount(done)}${total === null ? '' : ` of ${amount(total)}`}${share}${speed}${left}`
}

function duration(seconds: number): string {
  if (seconds < 90) return `${Math.ceil(seconds)} s`
  if (seconds < 5400) return `${Math.round(seconds / 60)} min`
  return `${(seconds / 3600).toFixed(1)} h`
}

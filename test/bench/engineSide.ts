import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'

export interface Answer {
  milliseconds: number[]
  peakBytes: number
  version: string
  outsideEngine?: number[]
  tensorsLeft?: number
}

/** A child process that runs repeats on request; both sides wait while the other one works. */
export class Side {
  private readonly answers: AsyncIterator<string>
  private readonly closed: Promise<null>
  private ended = false

  constructor(
    private readonly child: ChildProcess,
    private readonly limitSeconds: number,
  ) {
    this.answers = createInterface({ input: child.stdout! })[Symbol.asyncIterator]()
    this.closed = new Promise((resolve) => {
      child.once('error', () => resolve(null)) // no such program
      child.once('close', () => resolve(null))
    })
  }

  /** @param limitSeconds most time for one answer */
  static start(command: string, args: string[], limitSeconds: number): Side {
    const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] })
    child.stdin!.on('error', () => {}) // a side that ended early is seen by its missing answer
    return new Side(child, limitSeconds)
  }

  /** @returns what the side measured, or why it did not */
  async run(repeats: number): Promise<Answer | { missing: string }> {
    if (this.ended) return { missing: 'it ended' }
    this.child.stdin!.write(`${repeats}\n`)
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<'late'>((resolve) => {
      timer = setTimeout(() => resolve('late'), this.limitSeconds * 1000)
    })
    const next = this.answers.next().then(
      ({ value, done }) => (done ? null : value),
      () => null,
    )
    const answer = await Promise.race([next, this.closed, late])
    clearTimeout(timer)
    if (answer === 'late') {
      this.stop()
      return { missing: `no answer within ${this.limitSeconds} s; the machine is too busy or too slow` }
    }
    if (answer === null) return { missing: 'it ended without an answer' }
    return JSON.parse(answer) as Answer | { missing: string }
  }

  stop(): void {
    this.ended = true
    this.child.stdin!.end()
    this.child.kill()
  }
}

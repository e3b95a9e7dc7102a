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
  private ended = false

  constructor(
    private readonly child: ChildProcess,
    private readonly limitSeconds: number,
  ) {
    this.answers = createInterface({ input: child.stdout! })[Symbol.asyncIterator]()
  }

  /** @param limitSeconds most time for one answer */
  static start(command: string, args: string[], limitSeconds: number): Side {
    const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] })
    child.on('error', () => child.stdout!.destroy())
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
    const next = this.answers.next().catch(() => ({ value: undefined, done: true }))
    const answer = await Promise.race([next, late])
    clearTimeout(timer)
    if (answer === 'late') {
      this.stop()
      return { missing: `no answer within ${this.limitSeconds} s; the machine is too busy or too slow` }
    }
    if (answer.done || typeof answer.value !== 'string') return { missing: 'it ended without an answer' }
    return JSON.parse(answer.value) as Answer | { missing: string }
  }

  stop(): void {
    this.ended = true
    this.child.stdin!.end()
    this.child.kill()
  }
}

import { type ChildProcess, fork } from 'node:child_process'
import { join } from 'node:path'
import type { Logger } from 'pino'
import { plannedSteps, type SetupOptions, type SetupStep } from './protocol.ts'

/** The making of the demo data, seen from the server. Without a `run` there is nothing to make. */
export class Setup implements AsyncDisposable {
  steps: SetupStep[] = []
  private child: ChildProcess | null = null
  private stopping = false

  constructor(
    private readonly log: Logger,
    private readonly onStep: (step: SetupStep) => void = () => {},
    private readonly entry = join(import.meta.dirname, 'setup-child.ts'),
  ) {}

  /** True when nothing is left to make. */
  get ready(): boolean {
    return this.steps.every((step) => step.state === 'done')
  }

  /** Shows the steps that `run` will do, so that nobody takes a server that has not begun for a ready one. */
  plan(): void {
    this.steps = plannedSteps()
  }

  /** Makes what is missing in a process of its own. @returns whether all of it is there now */
  async run(options: SetupOptions, onStep: (step: SetupStep) => void = () => {}): Promise<boolean> {
    this.plan()
    const child = fork(this.entry, [JSON.stringify(options)], {
      execArgv: ['--import', 'tsx'],
      stdio: ['ignore', 2, 2, 'ipc'],
    })
    this.child = child
    child.on('message', (step: SetupStep) => {
      this.show(step)
      onStep(step)
    })
    const code = await new Promise<number | null>((resolve) => {
      child.once('close', (exit) => resolve(exit))
      child.once('error', (error) => {
        this.log.error({ error: error.message }, 'set-up process')
        resolve(null)
      })
    })
    this.child = null
    if (code !== 0 && !this.stopping && !this.steps.some((step) => step.state === 'failed')) {
      const step = this.steps.find(({ state }) => state !== 'done')
      if (step)
        this.show({ ...step, state: 'failed', message: 'The set-up process ended early. Start the product again.' })
    }
    return this.ready
  }

  private show(step: SetupStep): void {
    this.steps = this.steps.map((old) => (old.key === step.key ? step : old))
    this.onStep(step)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.stopping = true
    const child = this.child
    if (!child) return
    const ended = new Promise((resolve) => child.once('exit', resolve))
    child.kill('SIGKILL')
    await ended
  }
}

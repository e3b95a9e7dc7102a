import { type ChildProcess, fork } from 'node:child_process'
import { AnamnesisError, type ErrorCode } from '@anamnesis/core/contracts'
import { say } from './say.ts'

export interface PartOptions {
  name: string
  module: string
  args?: string[]
  execArgv?: string[]
  cwd?: string
  env: NodeJS.ProcessEnv
  /** Looks at what the part tells, besides being ready. */
  onMessage?: (message: { type: string }) => void
  /** Resolves when a part that tells nothing answers. */
  probe?: () => Promise<boolean>
  /** Where its output goes: a file's descriptor, or ours. */
  output: number | 'inherit'
}

/** Crashes in a row after which a part is given up. */
const MAX_CRASHES = 5
/** A part that ran this long starts counting anew. Milliseconds. */
const STEADY = 60_000

/** One process of the product: started, started anew when it crashes, stopped. */
export class Part {
  private child: ChildProcess | null = null
  private stopping = false
  private crashes = 0

  constructor(
    private readonly options: PartOptions,
    private readonly giveUp: (reason: string) => void,
  ) {}

  /** Resolves when the part is ready. @throws what the part says about its failure */
  async start(): Promise<void> {
    const { name, module, args = [], execArgv = [], cwd, env, output, onMessage, probe } = this.options
    const child = fork(module, args, {
      execArgv,
      cwd,
      env,
      stdio: ['ignore', output, output, 'ipc'],
      // Ctrl-C in the terminal is ours alone; we stop the parts in their order.
      detached: process.platform !== 'win32',
    })
    this.child = child
    const started = Date.now()
    let up = false
    await new Promise<void>((resolve, reject) => {
      const ready = () => {
        up = true
        resolve()
      }
      child.on('message', (message: { type?: string; code?: ErrorCode; message?: string }) => {
        if (message.type === 'ready') ready()
        else if (message.type === 'failed')
          reject(new AnamnesisError(message.code ?? 'INTERNAL', message.message ?? ''))
        else if (message.type) onMessage?.(message as { type: string })
      })
      child.once('error', reject)
      child.once('exit', (code, signal) => {
        reject(new AnamnesisError('INTERNAL', `The ${name} ended before it was ready (${signal ?? `code ${code}`}).`))
        if (this.child === child) this.child = null
        if (up && !this.stopping) this.again(signal ?? `code ${code}`, Date.now() - started)
      })
      if (probe) void waitFor(probe, () => child.exitCode === null && child.signalCode === null).then(ready, reject)
    })
  }

  private again(how: string, lasted: number): void {
    const { name } = this.options
    this.crashes = lasted > STEADY ? 1 : this.crashes + 1
    if (this.crashes > MAX_CRASHES) {
      this.giveUp(`The ${name} keeps ending (${how}); see its log.`)
      return
    }
    say(`The ${name} ended (${how}); starting it again.`)
    setTimeout(() => {
      if (!this.stopping) this.start().catch((error: Error) => this.giveUp(error.message))
    }, 300 * this.crashes)
  }

  /** Asks the part to end, by force after `patience` milliseconds. */
  async stop(patience: number): Promise<void> {
    this.stopping = true
    const child = this.child
    if (!child || child.exitCode !== null || child.signalCode !== null) return
    const ended = new Promise((resolve) => child.once('exit', resolve))
    child.kill('SIGTERM')
    const force = setTimeout(() => child.kill('SIGKILL'), patience)
    await ended
    clearTimeout(force)
  }

  /** Stops and starts again, for changed sources. */
  async restart(): Promise<void> {
    await this.stop(5000)
    this.stopping = false
    await this.start()
  }
}

async function waitFor(probe: () => Promise<boolean>, alive: () => boolean): Promise<void> {
  while (alive()) {
    if (await probe()) return
    await new Promise((resolve) => setTimeout(resolve, 150))
  }
}

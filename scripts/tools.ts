import { spawn } from 'node:child_process'
import { delimiter, dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The project's folder. */
export const root = resolve(dirname(fileURLToPath(import.meta.url)), '..')

export interface RunOptions {
  cwd?: string
  env?: NodeJS.ProcessEnv
  /** Collect the output instead of showing it. */
  quiet?: boolean
}

/** Runs a program of node_modules/.bin (or of the PATH); resolves with its exit code and, when quiet, its output. */
export function attempt(program: string, args: readonly string[], options: RunOptions = {}) {
  const path = [join(root, 'node_modules', '.bin'), dirname(process.execPath), process.env.PATH ?? ''].join(delimiter)
  return new Promise<{ code: number; output: string }>((done) => {
    const child = spawn(program, args, {
      cwd: options.cwd ?? root,
      env: { ...process.env, ...options.env, PATH: path },
      stdio: options.quiet ? ['ignore', 'pipe', 'pipe'] : ['ignore', 'inherit', 'inherit'],
    })
    let output = ''
    child.stdout?.on('data', (chunk) => {
      output += chunk
    })
    child.stderr?.on('data', (chunk) => {
      output += chunk
    })
    child.on('error', (error) => done({ code: 127, output: `${output}${error.message}` }))
    child.on('exit', (code) => done({ code: code ?? 1, output }))
  })
}

/** Like `attempt`, but ends this process with the program's exit code when it failed. */
export async function run(program: string, args: readonly string[], options: RunOptions = {}): Promise<void> {
  const { code, output } = await attempt(program, args, options)
  if (code === 0) return
  process.stderr.write(`${output}\n${program} ${args.join(' ')} ended with code ${code}\n`)
  process.exit(code)
}

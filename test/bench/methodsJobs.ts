import { type ChildProcess, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import type { EventPayload } from '@anamnesis/core/contracts'
import type { TrainingRequest } from '@anamnesis/core/train'
import { root } from '../support/product.ts'
import type { Place } from './methodsPlaces.ts'

export type MethodsJob =
  | { kind: 'prepare'; place: Place; threads: number }
  | { kind: 'run'; request: Omit<TrainingRequest, 'checkpointFolder' | 'resumeFrom'> }
  | { kind: 'retrieval'; place: Place }
  | { kind: 'steps'; home: string }

/** What one run told. */
export interface RunAnswer {
  cells: EventPayload<'eval.cell'>[]
  steps: { task: number; ms: number }[]
  references: ({ task: number } & EventPayload<'reference.built'>['bags'])[]
  /** Of the last checkpoint: weights and whatever the method keeps. */
  checkpointBytes: number
  /** Most resident memory of the process. */
  peakBytes: number
  seconds: number
}

const WORKER = fileURLToPath(new URL('./methodsWorker.ts', import.meta.url))
const running = new Set<ChildProcess>()
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    for (const child of running) child.kill()
    process.exit(130)
  })
}

/** Does a job in a process of its own. @throws Error with the last lines that the process wrote */
export async function perform<T>(job: MethodsJob): Promise<T> {
  const child = spawn(process.execPath, ['--import', 'tsx', WORKER], { cwd: root, stdio: ['pipe', 'pipe', 'pipe'] })
  running.add(child)
  try {
    child.stdin.on('error', () => {}) // a process that ended early is seen by its exit code
    child.stdin.end(JSON.stringify(job))
    const ended = new Promise<number | null>((resolve, reject) => {
      child.once('error', reject)
      child.once('exit', resolve)
    })
    const [out, errors, code] = await Promise.all([text(child.stdout), text(child.stderr), ended])
    if (code !== 0) throw new Error(problem(errors, code))
    return JSON.parse(out.trim().split('\n').at(-1)!) as T
  } finally {
    running.delete(child)
  }
}

/** The line that names the error, or the end of what the process wrote. */
function problem(errors: string, code: number | null): string {
  const line = errors.split('\n').find((candidate) => /^\s*(\w+)?Error\b.*: /.test(candidate))
  return line?.trim() ?? `the process ended with ${code}: ${errors.trim().slice(-300)}`
}

/** Answers on disk by what was asked, so that an interrupted bench goes on where it stopped. */
export class AnswerCache {
  constructor(
    private readonly folder: string,
    /** Keys that hold this word are asked again. */
    private readonly forget: readonly string[],
  ) {}

  /** @param key everything that the answer depends on */
  async get<T>(name: string, key: object, ask: () => Promise<T>): Promise<{ answer: T; known: boolean }> {
    const hash = createHash('sha256').update(JSON.stringify(key)).digest('hex').slice(0, 24)
    const file = join(this.folder, `${name}-${hash}.json`)
    const stored = this.forget.includes(name) ? null : await readFile(file, 'utf8').catch(() => null)
    if (stored !== null) return { answer: JSON.parse(stored) as T, known: true }
    const answer = await ask()
    await mkdir(dirname(file), { recursive: true })
    await writeFile(`${file}.part`, JSON.stringify(answer))
    await rename(`${file}.part`, file)
    return { answer, known: false }
  }
}

/** Runs tasks a few at a time. @returns results in the order of the tasks */
export async function inParallel<T>(width: number, tasks: readonly (() => Promise<T>)[]): Promise<T[]> {
  const results: T[] = []
  let next = 0
  const lane = async () => {
    while (next < tasks.length) {
      const index = next++
      results[index] = await tasks[index]!()
    }
  }
  await Promise.all(Array.from({ length: Math.min(width, tasks.length) }, lane))
  return results
}

import { type Logger, pino } from 'pino'
import type { Env } from './env.ts'

/** The log of a process: one JSON object a line on the standard error stream. */
export function openLog(env: Pick<Env, 'logLevel'>, process: string): Logger {
  return pino({ level: env.logLevel, base: { process } }, pino.destination({ dest: 2, sync: true }))
}

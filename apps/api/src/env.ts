import { resolve } from 'node:path'
import { DEVICES, type Device } from '@anamnesis/core/backend'
import { AnamnesisError } from '@anamnesis/core/contracts'
import { elasticsearchSettings } from '@anamnesis/core/stores'
import type { TrainingRequest } from '@anamnesis/core/train'
import { z } from 'zod'

/** The project's folder. */
export const projectRoot = resolve(import.meta.dirname, '../../..')

const port = z.coerce.number().int().min(1).max(65_535)
/** An empty variable counts as absent. */
const optional = <T extends z.ZodType>(type: T) => z.preprocess((value) => (value === '' ? undefined : value), type)

const schema = z.object({
  ANAMNESIS_HOME: optional(z.string().default('.anamnesis')),
  DATABASE_URL: optional(
    z
      .string()
      .regex(/^postgres(ql)?:\/\//, 'must start with postgresql://')
      .optional(),
  ),
  API_HOST: optional(z.string().default('127.0.0.1')),
  API_PORT: optional(port.default(4000)),
  WEB_PORT: optional(port.default(3000)),
  /** Further origins (comma separated) from which a browser may use the API; the local dashboard is always one of them. */
  WEB_ORIGINS: optional(z.string().default('')),
  /** Further names (comma separated) under which clients may call the API. */
  API_HOSTS: optional(z.string().default('')),
  ANAMNESIS_BACKEND: optional(z.enum(['onnx', 'tensorflow', 'cpu']).default('onnx')),
  ANAMNESIS_DEVICE: optional(z.enum(DEVICES).default('cpu')),
  /** "off" leaves out the first comparison of a new installation. */
  ANAMNESIS_DEMO_RUNS: optional(z.enum(['on', 'off']).default('on')),
  ANAMNESIS_TEST_DATA: optional(z.string().default('../shared/data')),
  ANAMNESIS_WORKERS: optional(z.coerce.number().int().min(0).max(64).default(1)),
  LOG_LEVEL: optional(z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('info')),
})

/** The settings of this installation. Paths are absolute. */
export interface Env {
  home: string
  /** Null: the embedded server of `home`. */
  databaseUrl: string | null
  apiHost: string
  apiPort: number
  webPort: number
  /** Names in the Host header that are answered, besides the loopback ones. */
  apiHosts: string[]
  /** Origins whose pages may use the API. */
  webOrigins: string[]
  backend: TrainingRequest['backend']
  /** What the onnx engine computes on; its processes read it from the environment. */
  device: Device
  demoRuns: boolean
  testData: string
  workers: number
  logLevel: 'debug' | 'info' | 'warn' | 'error' | 'silent'
}

/** Reads the environment; called once, by the entry of a process. @throws BAD_INPUT naming the variable */
export function readEnv(source: NodeJS.ProcessEnv = process.env): Env {
  const parsed = schema.safeParse(source)
  if (!parsed.success) {
    const issue = parsed.error.issues[0]!
    const name = String(issue.path[0])
    throw new AnamnesisError('BAD_INPUT', `${name}=${source[name] ?? ''} is not usable: ${issue.message}.`, {
      field: name,
    })
  }
  elasticsearchSettings(source) // refuses what the processes that search would refuse later
  const value = parsed.data
  return {
    home: resolve(projectRoot, value.ANAMNESIS_HOME),
    databaseUrl: value.DATABASE_URL ?? null,
    apiHost: value.API_HOST,
    apiPort: value.API_PORT,
    webPort: value.WEB_PORT,
    apiHosts: list(value.API_HOSTS).map((name) => name.toLowerCase()),
    webOrigins: [
      `http://localhost:${value.WEB_PORT}`,
      `http://127.0.0.1:${value.WEB_PORT}`,
      ...list(value.WEB_ORIGINS),
    ],
    backend: value.ANAMNESIS_BACKEND,
    device: value.ANAMNESIS_DEVICE,
    demoRuns: value.ANAMNESIS_DEMO_RUNS === 'on',
    testData: resolve(projectRoot, value.ANAMNESIS_TEST_DATA),
    workers: value.ANAMNESIS_WORKERS,
    logLevel: value.LOG_LEVEL,
  }
}

const list = (text: string) =>
  text
    .split(',')
    .map((item) => item.trim())
    .filter(Boolean)

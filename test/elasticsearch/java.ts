import { existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { delimiter, dirname, join } from 'node:path'
import { attempt } from '../../scripts/tools.ts'

/** Elasticsearch 9 needs it. */
const OLDEST = 21
const FOLDERS = ['/usr/lib/jvm', '/opt/java', '/Library/Java/JavaVirtualMachines']

/** A development kit (with compiler) that can run Elasticsearch, or why there is none. */
export async function findJava(): Promise<{ home: string } | { reason: string }> {
  const found = await newest()
  if (found !== null) return { home: found }
  if (await installPackages('openjdk-21-jdk-headless')) {
    const installed = await newest()
    if (installed !== null) return { home: installed }
  }
  return { reason: `no Java development kit ${OLDEST} or later found; install one or name its folder in JAVA_HOME` }
}

/** The program `mvn`, or why there is none. */
export async function findMaven(): Promise<{ path: string } | { reason: string }> {
  const found = onPath('mvn')
  if (found !== null) return { path: found }
  if (await installPackages('maven')) {
    const installed = onPath('mvn')
    if (installed !== null) return { path: installed }
  }
  return { reason: 'no Maven found; install the program "mvn"' }
}

async function newest(): Promise<string | null> {
  const homes = [process.env.JAVA_HOME, process.env.ES_JAVA_HOME]
  const javac = onPath('javac')
  if (javac !== null) homes.push(dirname(dirname(javac)))
  for (const folder of FOLDERS) {
    for (const name of await readdir(folder).catch(() => [])) {
      homes.push(join(folder, name), join(folder, name, 'Contents/Home'))
    }
  }
  let best: { home: string; version: number } | null = null
  for (const home of homes) {
    if (!home || !existsSync(join(home, 'bin', 'javac'))) continue
    const release = await readFile(join(home, 'release'), 'utf8').catch(() => '')
    const version = Number(/^JAVA_VERSION="(\d+)/m.exec(release)?.[1] ?? 0)
    if (version >= OLDEST && version > (best?.version ?? 0)) best = { home, version }
  }
  return best?.home ?? null
}

function onPath(name: string): string | null {
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    if (existsSync(join(folder, name))) return join(folder, name)
  }
  return null
}

/** Debian and Ubuntu, as root; false where that is not the case or did not work. */
async function installPackages(...names: string[]): Promise<boolean> {
  if (process.platform !== 'linux' || process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) return false
  console.log(`Installing ${names.join(', ')} ...`)
  await attempt('apt-get', ['update'], { quiet: true })
  const { code } = await attempt('apt-get', ['install', '-y', '--no-install-recommends', ...names], {
    quiet: true,
    env: { DEBIAN_FRONTEND: 'noninteractive' },
  })
  return code === 0
}

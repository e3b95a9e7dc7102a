import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { attempt } from '../../scripts/tools.ts'
import { findJava, findMaven } from './java.ts'

/** A laid-out Elasticsearch and the Java that runs it. */
export interface Build {
  /** `lib`, `modules` and `launcher`. */
  folder: string
  java: string
}

const here = import.meta.dirname

/**
 * A real Elasticsearch of its published libraries, in a cache folder outside the project: fetched (40 MB) and laid out
 * once. Without Java, Maven or Maven's repository it says what is missing.
 */
export async function ensureElasticsearch(): Promise<Build | { reason: string }> {
  const java = await findJava()
  if ('reason' in java) return java
  const sources = await Promise.all(['pom.xml', 'TestNode.java'].map((name) => readFile(join(here, name))))
  const digest = createHash('sha256')
  for (const source of sources) digest.update(source)
  const cache = process.env.ANAMNESIS_ELASTICSEARCH_BUILD || tmpdir()
  const folder = join(cache, `anamnesis-elasticsearch-${digest.digest('hex').slice(0, 12)}`)
  const build = { folder, java: join(java.home, 'bin', 'java') }
  if (existsSync(folder)) return build
  const maven = await findMaven()
  if ('reason' in maven) return maven
  await mkdir(cache, { recursive: true })
  const draft = await mkdtemp(`${folder}-`)
  try {
    await layOut(draft, maven.path, java.home)
    await rename(draft, folder).catch((error: unknown) => {
      if (!existsSync(folder)) throw error // otherwise another process was faster
    })
    return build
  } catch (error) {
    return { reason: `Elasticsearch could not be built: ${(error as Error).message}` }
  } finally {
    await rm(draft, { recursive: true, force: true })
  }
}

async function layOut(folder: string, maven: string, javaHome: string): Promise<void> {
  const lib = join(folder, 'lib')
  const transport = join(folder, 'modules', 'transport-netty4')
  await mkdir(transport, { recursive: true })
  await run(
    maven,
    ['-q', '-B', '-f', join(here, 'pom.xml'), 'dependency:copy-dependencies', `-DoutputDirectory=${lib}`],
    {
      JAVA_HOME: javaHome,
    },
  )
  // The network transport is a module of its own: Elasticsearch finds it by the descriptor in its folder.
  for (const name of await readdir(lib)) {
    if (name.includes('netty')) await rename(join(lib, name), join(transport, name))
  }
  const jar = (await readdir(transport)).find((name) => name.startsWith('transport-netty4'))!
  const inside = 'META-INF/es-plugins/transport-netty4'
  await run(join(javaHome, 'bin', 'jar'), ['--extract', '--file', join(transport, jar), '--dir', transport, inside])
  for (const name of await readdir(join(transport, inside))) {
    await rename(join(transport, inside, name), join(transport, name))
  }
  await rm(join(transport, 'META-INF'), { recursive: true })
  // All libraries are on the class path, so it is no Java module of its own.
  const descriptor = join(transport, 'plugin-descriptor.properties')
  await writeFile(descriptor, (await readFile(descriptor, 'utf8')).replace(/^modulename=.*$/m, ''))
  await run(join(javaHome, 'bin', 'javac'), [
    ...['-cp', join(lib, '*'), '-d', join(folder, 'launcher')],
    join(here, 'TestNode.java'),
  ])
}

async function run(program: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<void> {
  const { code, output } = await attempt(program, args, { quiet: true, env })
  if (code !== 0) throw new Error(`${program} ended with code ${code}: ${output.trim().slice(-600)}`)
}

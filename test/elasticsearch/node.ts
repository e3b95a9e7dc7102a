import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Build } from './build.ts'

/** A running node. */
export interface ElasticsearchNode extends AsyncDisposable {
  url: string
  /** Where other nodes reach it. */
  transport: string
  /** Ends it at once, as a power cut does. */
  kill(): Promise<void>
  /** Starts it again on the same port with the data it had. */
  restart(): Promise<void>
}

export interface NodeOptions {
  name?: string
  /** Heap in MB. */
  heap?: number
  /** Compiles its code as a server does: starts later, then computes faster. */
  fast?: boolean
  /** Elasticsearch settings beside the ones every node has. */
  settings?: Record<string, string>
}

/** Starts a node on free ports, with its data in a folder of its own that is removed with it. */
export async function startNode(build: Build, options: NodeOptions = {}): Promise<ElasticsearchNode> {
  const home = await mkdtemp(join(tmpdir(), 'anamnesis-elasticsearch-data-'))
  try {
    let running = await launch(build, home, options)
    return {
      get url() {
        return `http://${running.http}`
      },
      get transport() {
        return running.transport
      },
      kill: () => stop(running.child, 'SIGKILL'),
      async restart() {
        await stop(running.child, 'SIGKILL')
        const settings = {
          ...options.settings,
          'http.port': running.http.split(':')[1]!,
          'transport.port': running.transport.split(':')[1]!,
        }
        running = await launch(build, home, { ...options, settings })
      },
      async [Symbol.asyncDispose]() {
        await stop(running.child, 'SIGKILL') // its data is not needed any more
        await rm(home, { recursive: true, force: true })
      },
    }
  } catch (error) {
    await rm(home, { recursive: true, force: true })
    throw error
  }
}

/** Starts nodes that form one cluster; the first one is the others' first contact, and later each one is everybody's. */
export async function startCluster(build: Build, size: number, heap = 256): Promise<ElasticsearchNode[]> {
  const contacts: Record<string, string>[] = []
  const start = (name: string, settings: Record<string, string>) => {
    contacts.push(settings)
    return startNode(build, { name, heap, settings })
  }
  const first = await start('node-1', {
    'cluster.initial_master_nodes': 'node-1',
    'discovery.seed_hosts': '127.0.0.1:1',
  })
  const others = await Promise.all(
    Array.from({ length: size - 1 }, (_, i) => start(`node-${i + 2}`, { 'discovery.seed_hosts': first.transport })),
  )
  const nodes = [first, ...others]
  // A node that is started again has forgotten where the others are.
  for (const settings of contacts) settings['discovery.seed_hosts'] = nodes.map((node) => node.transport).join(',')
  return nodes
}

interface Running {
  child: ChildProcess
  http: string
  transport: string
}

async function launch(build: Build, home: string, options: NodeOptions): Promise<Running> {
  const { name = 'node-1', heap = 512, settings = {} } = options
  const all = {
    'cluster.name': 'anamnesis-test',
    'node.name': name,
    'cluster.routing.allocation.disk.threshold_enabled': 'false',
    ...(settings['discovery.seed_hosts'] === undefined ? { 'discovery.type': 'single-node' } : {}),
    ...settings,
  }
  const child = spawn(
    build.java,
    [
      ...[`-Xms${heap}m`, `-Xmx${heap}m`, '-XX:+UseSerialGC', '--add-modules=jdk.incubator.vector'],
      ...(options.fast ? [] : ['-XX:TieredStopAtLevel=1']),
      ...['-cp', [join(build.folder, 'lib', '*'), join(build.folder, 'launcher')].join(delimiter), 'TestNode'],
      ...[join(build.folder, 'modules'), home],
      ...Object.entries(all).map(([key, value]) => `${key}=${value}`),
    ],
    { stdio: ['pipe', 'pipe', 'pipe'] },
  )
  let said = ''
  child.stderr.on('data', (chunk) => {
    said = `${said}${chunk}`.slice(-2_000)
  })
  for await (const line of createInterface({ input: child.stdout })) {
    const [word, http, transport] = line.split(' ')
    if (word === 'READY') {
      child.stdout.resume()
      return { child, http: http!, transport: transport! }
    }
    said = `${said}${line}\n`.slice(-2_000)
  }
  throw new Error(`The Elasticsearch node ${name} ended before it was ready:\n${said}`)
}

async function stop(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'exit')
  child.kill(signal)
  await ended
}

// `npm run engine -- status | install tensorflow`: which compute engines are there, and adding the optional one.
import { availableParallelism } from 'node:os'
import { BACKENDS, type BackendId, loadBackend, tf } from '@anamnesis/core/backend'
import { installTensorflow } from './engine/tensorflow.ts'
import { attempt } from './tools.ts'

const USAGE = 'Usage: npm run engine -- status | install tensorflow'

/** Loads one engine in this process and computes a product with it. */
async function tryEngine(id: BackendId): Promise<string> {
  const backend = await loadBackend({ id, threads: availableParallelism() })
  const size = 64
  const sum = tf.tidy(() => tf.sum(tf.matMul(tf.ones([size, size]), tf.ones([size, size]))).dataSync()[0])
  if (sum !== size ** 3) throw new Error(`${backend.version} computes wrong numbers (${sum}).`)
  return backend.version
}

/** Each engine in a process of its own: a broken addon may take its process down. */
async function status(): Promise<void> {
  for (const id of BACKENDS) {
    const { code, output } = await attempt(process.execPath, ['--import', 'tsx', import.meta.filename, 'try', id], {
      quiet: true,
    })
    const answer = output.trim().split('\n').at(-1) ?? ''
    process.stdout.write(`${id.padEnd(12)}${code === 0 ? answer : `not available: ${answer}`}\n`)
  }
}

const [command, name] = process.argv.slice(2)
try {
  if (command === 'status') {
    await status()
  } else if (command === 'try') {
    process.stdout.write(`${await tryEngine(name as BackendId)}\n`)
  } else if (command === 'install' && name === 'tensorflow') {
    await installTensorflow((text) => process.stdout.write(`${text}\n`))
    process.stdout.write(`Ready: ${await tryEngine('tensorflow')}. Use it with ANAMNESIS_BACKEND=tensorflow.\n`)
  } else {
    throw new Error(USAGE)
  }
} catch (error) {
  process.stderr.write(`${(error as Error).message}\n`)
  process.exitCode = 1
}

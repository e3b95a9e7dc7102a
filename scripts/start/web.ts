import { existsSync } from 'node:fs'
import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { AnamnesisError } from '@anamnesis/core/contracts'
import type { Env } from '../../apps/api/src/env.ts'
import { attempt, root } from '../tools.ts'
import { sourceDigest } from './digest.ts'
import { Part } from './part.ts'
import { say, step } from './say.ts'

const folder = join(root, 'apps', 'web')
const next = join(root, 'node_modules', 'next', 'dist', 'bin', 'next')
const marker = join(folder, '.next', 'anamnesis-source')

/** Builds the dashboard unless the last build was made from the same sources. */
export async function buildWeb(): Promise<void> {
  const digest = await sourceDigest([
    folder,
    join(root, 'apps', 'api', 'schema.graphql'),
    join(root, 'package-lock.json'),
  ])
  if (existsSync(marker) && (await readFile(marker, 'utf8')) === digest) return
  say('Building the dashboard (half a minute to a minute; only after a change) ...')
  await step('Dashboard built', async () => {
    await rm(marker, { force: true })
    const { code, output } = await attempt(process.execPath, [next, 'build'], {
      cwd: folder,
      env: { NODE_ENV: 'production' },
      quiet: true,
    })
    if (code !== 0) throw new AnamnesisError('INTERNAL', `The dashboard could not be built:\n${output.trim()}`)
    await writeFile(marker, digest)
  })
}

/** The dashboard's server. @param mode `start` serves the build, `dev` compiles what is asked for */
export function webPart(env: Env, mode: 'start' | 'dev', output: number, giveUp: (reason: string) => void): Part {
  const host = env.apiHost
  return new Part(
    {
      name: 'dashboard',
      module: next,
      args: [mode, '--port', String(env.webPort), '--hostname', host],
      execArgv: ['--import', pathToFileURL(join(import.meta.dirname, 'endWithParent.mjs')).href],
      cwd: folder,
      env: {
        ...process.env,
        NODE_ENV: mode === 'start' ? 'production' : 'development',
        NEXT_TELEMETRY_DISABLED: '1',
        API_PORT: String(env.apiPort),
        PORT: String(env.webPort),
      },
      output,
      probe: () =>
        fetch(`http://127.0.0.1:${env.webPort}/icon.svg`, { signal: AbortSignal.timeout(5000) }).then(
          (response) => response.status < 500,
          () => false,
        ),
    },
    giveUp,
  )
}

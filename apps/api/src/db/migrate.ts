import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { AnamnesisError } from '@anamnesis/core/contracts'
import pg from 'pg'
import { projectRoot } from '../env.ts'

const folder = join(projectRoot, 'prisma', 'migrations')
const workspace = join(projectRoot, 'apps', 'api')

/**
 * Brings the tables to the shape of `prisma/migrations` with `prisma migrate deploy`. Starting that command takes a
 * second, so it is left out when the database already lists every migration with the digest of its file.
 */
export async function migrate(databaseUrl: string): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl })
  await client.connect()
  try {
    if (await upToDate(client)) return
    const { code, output } = await prisma(['migrate', 'deploy'], databaseUrl)
    if (code !== 0) {
      throw new AnamnesisError('INTERNAL', `The database could not be brought to its present shape:\n${output.trim()}`)
    }
  } finally {
    await client.end()
  }
}

/** Generates the typed client from prisma/schema.prisma; needs neither a database nor the network. */
export async function generateClient(): Promise<void> {
  const { code, output } = await prisma(['generate'], '')
  if (code !== 0) throw new AnamnesisError('INTERNAL', `prisma generate failed:\n${output.trim()}`)
}

async function upToDate(client: pg.Client): Promise<boolean> {
  try {
    const { rows } = await client.query<{ migration_name: string; checksum: string }>(
      'select migration_name, checksum from _prisma_migrations where finished_at is not null and rolled_back_at is null',
    )
    const applied = new Map(rows.map((row) => [row.migration_name, row.checksum]))
    const entries = await readdir(folder, { withFileTypes: true })
    for (const { name } of entries.filter((entry) => entry.isDirectory())) {
      const sql = await readFile(join(folder, name, 'migration.sql'))
      if (applied.get(name) !== createHash('sha256').update(sql).digest('hex')) return false
    }
    return true
  } catch (error) {
    if ((error as { code?: string }).code === '42P01') return false // no such table: a new database
    throw error
  }
}

const DONE = /All migrations have been successfully applied|No pending migrations to apply/

function prisma(args: string[], databaseUrl: string): Promise<{ code: number; output: string }> {
  const cli = join(dirname(createRequire(import.meta.url).resolve('prisma/package.json')), 'build', 'index.js')
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [cli, ...args], {
      cwd: workspace,
      env: { ...process.env, DATABASE_URL: databaseUrl, NODE_OPTIONS: '' },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let output = ''
    child.stdout.on('data', (chunk) => {
      output += chunk
      // After its work the command waits ten seconds for a timer of its lock.
      if (DONE.test(output)) {
        child.kill()
        resolve({ code: 0, output })
      }
    })
    child.stderr.on('data', (chunk) => {
      output += chunk
    })
    child.once('error', reject)
    child.once('exit', (code) => resolve({ code: code ?? 1, output }))
  })
}

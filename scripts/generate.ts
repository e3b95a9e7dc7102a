/**
 * Everything that is generated from sources before the product or its checks run: the Prisma client (not committed)
 * and the dashboard's typed documents (committed; `--check` fails when they differ from what the schema gives).
 */
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { generateClient } from '../apps/api/src/db/migrate.ts'
import { root, run } from './tools.ts'

const marker = join(root, 'apps', 'api', 'src', 'db', 'generated', '.source')

/**
 * Generates the Prisma client unless it was made from this schema by this version; works offline.
 * @param around runs the work, to show it
 */
export async function generateSources(around = (work: () => Promise<void>): Promise<void> => work()): Promise<void> {
  const hash = createHash('sha256')
  for (const file of ['prisma/schema.prisma', 'node_modules/prisma/package.json'])
    hash.update(await readFile(join(root, file)))
  const digest = hash.digest('hex')
  if (existsSync(marker) && (await readFile(marker, 'utf8')) === digest) return
  await around(generateClient)
  await writeFile(marker, digest)
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const check = process.argv.includes('--check')
  await generateSources()
  await run('graphql-codegen', ['--config', 'codegen.ts', ...(check ? ['--check'] : [])], { cwd: `${root}/apps/web` })
}

import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { generateClient } from '../../apps/api/src/db/migrate.ts'
import { root } from '../tools.ts'
import { step } from './say.ts'

const marker = join(root, 'apps', 'api', 'src', 'db', 'generated', '.source')

/** Generates the typed database client unless it was made from this schema by this version. */
export async function freshClient(): Promise<void> {
  const hash = createHash('sha256')
  for (const file of ['prisma/schema.prisma', 'node_modules/prisma/package.json'])
    hash.update(await readFile(join(root, file)))
  const digest = hash.digest('hex')
  if (existsSync(marker) && (await readFile(marker, 'utf8')) === digest) return
  await step('Database client generated', generateClient)
  await writeFile(marker, digest)
}

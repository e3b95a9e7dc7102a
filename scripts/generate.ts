/**
 * Everything that is generated from sources before the product or its checks run: the Prisma client (not committed)
 * and the dashboard's typed documents (committed; `--check` fails when they differ from what the schema gives).
 */
import { fileURLToPath } from 'node:url'
import { attempt, root, run } from './tools.ts'

/** Generates the Prisma client; works offline. */
export async function generateSources(): Promise<void> {
  const { code, output } = await attempt('prisma', ['generate'], { cwd: `${root}/apps/api`, quiet: true })
  if (code !== 0) throw new Error(`prisma generate failed:\n${output}`)
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const check = process.argv.includes('--check')
  await generateSources()
  await run('graphql-codegen', ['--config', 'codegen.ts', ...(check ? ['--check'] : [])], { cwd: `${root}/apps/web` })
}

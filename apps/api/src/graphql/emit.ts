/**
 * Writes schema.graphql from the code; with --check only compares, and fails on a difference.
 * Decorators need this workspace's tsconfig, which the TypeScript runner takes from the environment: without it the
 * command starts itself once more.
 */
import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'

const workspace = resolve(import.meta.dirname, '..', '..')
const target = join(workspace, 'schema.graphql')
const tsconfig = join(workspace, 'tsconfig.json')

if (process.env.TSX_TSCONFIG_PATH !== tsconfig) {
  const { status } = spawnSync(process.execPath, [...process.execArgv, ...process.argv.slice(1)], {
    stdio: 'inherit',
    env: { ...process.env, TSX_TSCONFIG_PATH: tsconfig },
  })
  process.exit(status ?? 1)
}

const { emitSchema } = await import('./emitSchema.ts')
const text = emitSchema()
if (process.argv.includes('--check')) {
  if (readFileSync(target, 'utf8') !== text) {
    console.error(
      'apps/api/schema.graphql is not what the code emits. Run: node --import tsx apps/api/src/graphql/emit.ts',
    )
    process.exit(1)
  }
} else writeFileSync(target, text)

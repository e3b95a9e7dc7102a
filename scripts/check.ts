/**
 * `npm run check`: everything that reads the code without running the product. Each check is one line of the table
 * below; all of them run, and the failures are printed at the end.
 */
import { generateSources } from './generate.ts'
import { importDirectionErrors } from './importDirection.ts'
import { attempt, root } from './tools.ts'

interface Check {
  title: string
  run(): Promise<string | null>
}

const program = (title: string, name: string, args: string[], cwd = root): Check => ({
  title,
  async run() {
    const { code, output } = await attempt(name, args, { cwd, quiet: true })
    return code === 0 ? null : output
  },
})

const checks: Check[] = [
  program('types: packages and apps', 'turbo', ['run', 'typecheck', '--output-logs=errors-only']),
  program('types: scripts', 'tsc', ['--noEmit', '-p', 'scripts']),
  program('format and lint', 'biome', ['ci', '--diagnostic-level=warn', '.']),
  {
    title: 'import direction',
    async run() {
      const errors = await importDirectionErrors()
      return errors.length === 0 ? null : errors.join('\n')
    },
  },
  program('schema.graphql is what the code emits', process.execPath, [
    '--import',
    'tsx',
    'apps/api/src/graphql/emit.ts',
    '--check',
  ]),
  program('typed documents are what codegen makes', process.execPath, [
    '--import',
    'tsx',
    'scripts/generate.ts',
    '--check',
  ]),
  program('dead code and undeclared dependencies', 'knip', ['--no-progress']),
]

await generateSources()
let failed = 0
for (const check of checks) {
  const started = performance.now()
  const problem = await check.run()
  const seconds = ((performance.now() - started) / 1000).toFixed(1)
  console.log(`${problem === null ? 'ok  ' : 'FAIL'} ${check.title} (${seconds} s)`)
  if (problem !== null) {
    failed++
    console.log(problem.trimEnd().replace(/^/gm, '     '))
  }
}
console.log(failed === 0 ? 'All checks passed.' : `${failed} of ${checks.length} checks failed.`)
process.exit(failed === 0 ? 0 : 1)

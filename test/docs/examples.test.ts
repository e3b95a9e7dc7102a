import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, inject, it } from 'vitest'
import { root } from '../support/product.ts'

const api = inject('apiUrl')
const run = (program: string, args: string[], env: Record<string, string> = {}) =>
  spawnSync(program, args, { cwd: root, env: { ...process.env, ...env }, encoding: 'utf8' })

const curl = run('curl', ['--version']).status === 0
const packages = join(root, 'test', 'output', 'python')
const python =
  run('python3', ['-m', 'pip', 'install', '--quiet', '--target', packages, 'websockets']).status === 0 ||
  run('python3', ['-c', 'import websockets']).status === 0

const data = resolve(root, process.env.ANAMNESIS_TEST_DATA || '../shared/data')
const python3 = run('python3', ['--version']).status === 0

describe('examples of the README', () => {
  it.skipIf(!curl)('curl: query, mutation, events (skipped without curl)', () => {
    const { status, stdout, stderr } = run('bash', ['docs/examples/run.sh', api])
    expect(stderr).toBe('')
    expect(status).toBe(0)
    expect(stdout).toContain('"run.state"')
  })

  it.skipIf(!python)(
    'Python: query, mutation, subscription (skipped without python3 and its package websockets)',
    () => {
      const { status, stdout, stderr } = run('python3', ['docs/examples/run.py', api], { PYTHONPATH: packages })
      expect(stderr).toBe('')
      expect(status).toBe(0)
      expect(stdout).toContain('SUCCEEDED')
      expect(stdout).toMatch(/^last \d/m)
    },
  )
})

describe('the worked example of docs/retrieval.md', () => {
  const npm = (...args: string[]) =>
    run(process.execPath, ['scripts/run.mjs', ...args], { ANAMNESIS_HOME: inject('home') })

  it.skipIf(!existsSync(join(data, 'figures')) || !curl || !python3)(
    'imports figures, indexes them and explains ten answers (skipped without the development data, curl or python3)',
    () => {
      const imported = npm('import', 'figure-pack', join(data, 'figures'), '--id', 'open-figures')
      expect(imported.stdout).toContain('open-figures: 1779 figures')
      const indexed = npm('index', 'open-figures')
      expect(indexed.stdout).toContain('can be searched')
      const { status, stdout, stderr } = run('bash', ['docs/examples/retrieval.sh', 'open-figures', api])
      expect(stderr).toBe('')
      expect(status).toBe(0)
      expect(stdout.match(/^# /gm)).toHaveLength(10)
      expect(stdout).toMatch(/fig00004 .*\n {5}dense 0\.\d{3} \(rank \d+\), visual 0\.\d{3} \(rank 1\)/)
    },
  )
})

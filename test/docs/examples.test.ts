import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
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

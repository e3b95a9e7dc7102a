import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, inject, it } from 'vitest'
import { freePort, startProduct } from '../support/product.ts'

it('refuses a second start beside a running one, and says so', async () => {
  const second = startProduct({
    ANAMNESIS_HOME: inject('home'),
    API_PORT: String(await freePort()),
    WEB_PORT: String(await freePort()),
  })
  expect(await second.exited).not.toBe(0)
  expect(second.output()).toMatch(/already running/i)
})

it('names an occupied port and the way out', async () => {
  const port = await freePort()
  const blocker = createServer()
  await new Promise<void>((done) => blocker.listen(port, done))
  const home = await mkdtemp(join(tmpdir(), 'anamnesis-port-'))
  try {
    const blocked = startProduct({ ANAMNESIS_HOME: home, API_PORT: String(port), WEB_PORT: String(await freePort()) })
    expect(await blocked.exited).not.toBe(0)
    expect(blocked.output()).toContain(String(port))
    expect(blocked.output()).toContain('API_PORT')
  } finally {
    await new Promise((done) => blocker.close(done))
    await rm(home, { recursive: true, force: true })
  }
})

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { stores } from './index.ts'
import { CONTRACT_ENCODER, contractRows, storeContract } from './testing/index.ts'

/** Stores without a server; the ones on a server are tried where a test can start one. */
const local = stores.filter((definition) => !definition.server)
for (const definition of local) storeContract(definition)

it('names equal rows by equal versions in every store', async () => {
  const versions = new Set<string>()
  for (const definition of local) {
    const folder = await mkdtemp(join(tmpdir(), 'anamnesis-store-'))
    try {
      await using store = await definition.open({ folder, ...CONTRACT_ENCODER })
      await store.upsert(contractRows(true))
      versions.add(await store.version())
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  }
  expect(versions.size).toBe(1)
})

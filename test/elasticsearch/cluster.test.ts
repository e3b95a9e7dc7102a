import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { storeById } from '@anamnesis/core/stores'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type ElasticsearchNode, startCluster } from './node.ts'
import { buildOrSkip, storeOn } from './place.ts'
import { clusteredRows, ENCODER } from './rows.ts'

const build = await buildOrSkip()

describe.skipIf(build === null)('three nodes of which one dies', () => {
  let nodes: ElasticsearchNode[] = []
  let folder: string
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'anamnesis-cluster-'))
    nodes = await startCluster(build!, 3)
  })
  afterAll(async () => {
    await Promise.all(nodes.map((node) => node[Symbol.asyncDispose]()))
    await rm(folder, { recursive: true, force: true })
  })

  /** JSON of the first node that answers. */
  async function ask<T>(path: string): Promise<T> {
    for (const node of nodes) {
      const answer = await fetch(`${node.url}${path}`).catch(() => null)
      if (answer?.ok) return (await answer.json()) as T
    }
    throw new Error(`no node answers ${path}`)
  }

  /** The node that holds the shard where writes go first. */
  async function primaryHolder(): Promise<ElasticsearchNode> {
    type Shard = { node: string; prirep: string }
    const shards = await ask<Shard[]>('/_cat/shards/anamnesis-*-v*?format=json&h=node,prirep')
    const name = shards.find((shard) => shard.prirep === 'p')!.node
    return nodes[Number(name.replace('node-', '')) - 1]!
  }

  it('finishes an import and every search with complete results', async () => {
    const rows = clusteredRows(3_000)
    const urls = () => nodes.map((node) => node.url).join(',')
    await using store = await storeOn(urls).open({ folder: join(folder, 'store'), name: 'cluster', ...ENCODER })
    await using exact = await storeById('exact').open({ folder: join(folder, 'exact'), ...ENCODER })
    await exact.upsert(rows)

    let dead: ElasticsearchNode | undefined
    const importing = async function* () {
      for (const [i, row] of rows.entries()) {
        if (i === 1_500) {
          dead = await primaryHolder()
          await dead.kill()
        }
        yield row
      }
    }
    expect(await store.upsert(importing())).toBe(3_000)
    expect(await store.count()).toBe(3_000)
    expect(await store.version()).toBe(await exact.version())

    await dead!.restart()
    await ask('/_cluster/health?wait_for_nodes=3&wait_for_status=green&timeout=90s')
    for (let i = 0; i < 40; i++) {
      if (i === 10) await (await primaryHolder()).kill()
      const question = rows[i * 70]!.imageVector
      expect(await store.nearestImages(question, 20), `search ${i}`).toEqual(await exact.nearestImages(question, 20))
    }
  }, 300_000)
})

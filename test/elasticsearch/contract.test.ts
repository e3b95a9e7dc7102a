import { storeContract } from '@anamnesis/core/stores/testing'
import { afterAll, beforeAll, describe } from 'vitest'
import { type ElasticsearchNode, startNode } from './node.ts'
import { buildOrSkip, storeOn } from './place.ts'

const build = await buildOrSkip()

describe.skipIf(build === null)('the store contract on a real node', () => {
  let node: ElasticsearchNode | undefined
  beforeAll(async () => {
    if (!process.env.ANAMNESIS_TEST_ELASTICSEARCH) node = await startNode(build!)
  })
  afterAll(async () => node?.[Symbol.asyncDispose]())

  storeContract(storeOn(() => process.env.ANAMNESIS_TEST_ELASTICSEARCH ?? node!.url))
})

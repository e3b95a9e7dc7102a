import { elasticsearchSettings, elasticsearchStoreWith, type StoreDefinition } from '@anamnesis/core/stores'
import { type Build, ensureElasticsearch } from './build.ts'

/** The build that the tests start nodes of; null where it cannot be had, which is said. */
export async function buildOrSkip(): Promise<Build | null> {
  const build = await ensureElasticsearch()
  if (!('reason' in build)) return build
  console.error(`NOT RUN  Elasticsearch tests: ${build.reason}`)
  return null
}

/** The store on this cluster, with settings as an environment gives them. */
export function storeOn(urls: () => string, more: NodeJS.ProcessEnv = {}, flatRows?: number): StoreDefinition {
  const settings = () => elasticsearchSettings({ ELASTICSEARCH_URL: urls(), ...more })!
  return elasticsearchStoreWith(settings, flatRows)
}

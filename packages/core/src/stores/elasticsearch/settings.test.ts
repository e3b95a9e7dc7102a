import { expect, it } from 'vitest'
import { defaultStore } from '../index.ts'
import { elasticsearchSettings } from './settings.ts'

it('is null where the environment names no cluster, and the default store follows it', () => {
  expect(elasticsearchSettings({})).toBe(null)
  expect(elasticsearchSettings({ ELASTICSEARCH_URL: '' })).toBe(null)
  expect(defaultStore({})).toBe('lancedb')
  expect(defaultStore({ ELASTICSEARCH_URL: 'http://localhost:9200' })).toBe('elasticsearch')
})

it('takes several addresses, and has defaults that need a Basic licence only', () => {
  expect(
    elasticsearchSettings({ ELASTICSEARCH_URL: 'https://a:9200, https://b:9200', ELASTICSEARCH_API_KEY: '' }),
  ).toEqual({
    urls: ['https://a:9200', 'https://b:9200'],
    prefix: 'anamnesis',
    vectorIndex: 'int8_hnsw',
    shards: 1,
    replicas: '0-1',
    patience: 300,
  })
})

it.each([
  ['ELASTICSEARCH_URL', 'localhost:9200'],
  ['ELASTICSEARCH_URL', 'ftp://localhost'],
  ['ELASTICSEARCH_VECTOR_INDEX', 'bbq_disk'],
  ['ELASTICSEARCH_PREFIX', 'Upper_Case'],
  ['ELASTICSEARCH_SHARDS', '0'],
  ['ELASTICSEARCH_REPLICAS', 'all'],
  ['ELASTICSEARCH_PATIENCE', 'long'],
])('names the variable that is not usable: %s=%s', (name, value) => {
  const source = { ELASTICSEARCH_URL: 'http://localhost:9200', [name]: value }
  expect(() => elasticsearchSettings(source)).toThrow(expect.objectContaining({ code: 'BAD_INPUT', field: name }))
})

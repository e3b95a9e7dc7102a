import { expect, it } from 'vitest'
import { apiBase, apiEnvironment } from './environment.ts'

const here = { protocol: 'http:', hostname: 'lab-7' }

it('looks for the API on the host that served the dashboard, at API_PORT', () => {
  expect(apiBase(apiEnvironment({}), here)).toBe('http://lab-7:4000')
  expect(apiBase(apiEnvironment({ API_PORT: '4107' }), here)).toBe('http://lab-7:4107')
})

it('takes NEXT_PUBLIC_API_URL with or without the path', () => {
  for (const url of ['https://api.lab', 'https://api.lab/', 'https://api.lab/graphql']) {
    expect(apiBase(apiEnvironment({ NEXT_PUBLIC_API_URL: url }), here)).toBe('https://api.lab')
  }
})

import { createClient } from 'graphql-ws'
import WebSocket from 'ws'
import type { Services } from '../graphql/context.ts'
import { type RunningServer, serve } from '../http/server.ts'

interface Answer<T = Record<string, unknown>> {
  status: number
  headers: Headers
  data: T
  errors?: { message: string; path?: string[]; extensions: { code: string; field?: string; requestId: string } }[]
}

/** A served API with a plain client. */
export interface TestServer extends AsyncDisposable {
  server: RunningServer
  query<T = Record<string, never>>(document: string, variables?: Record<string, unknown>): Promise<Answer<T>>
  /** Results of a subscription until it ends or `enough` says so. */
  subscribe<T>(document: string, variables: Record<string, unknown>, enough?: (results: T[]) => boolean): Promise<T[]>
}

export async function testServer(services: Services): Promise<TestServer> {
  const server = await serve({ ...services, env: { ...services.env, apiPort: 0 } })
  return {
    server,
    async query<T>(document: string, variables: Record<string, unknown> = {}) {
      const response = await fetch(`${server.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ query: document, variables }),
      })
      const body = (await response.json()) as Pick<Answer<T>, 'data' | 'errors'>
      return { status: response.status, headers: response.headers, ...body }
    },
    async subscribe<T>(
      document: string,
      variables: Record<string, unknown>,
      enough: (results: T[]) => boolean = () => false,
    ) {
      const client = createClient({
        url: `${server.url.replace('http', 'ws')}/graphql`,
        webSocketImpl: WebSocket,
        retryAttempts: 0,
      })
      const results: T[] = []
      try {
        for await (const result of client.iterate<T>({ query: document, variables })) {
          if (result.errors) throw Object.assign(new Error(result.errors[0]!.message), { errors: result.errors })
          results.push(result.data as T)
          if (enough(results)) break
        }
        return results
      } finally {
        await client.dispose()
      }
    },
    [Symbol.asyncDispose]: () => server.close(),
  }
}

import { createClient } from 'graphql-ws'

export interface UserError {
  code: string
  field: string | null
  message: string
}

export interface StoredEvent {
  seq: number
  type: string
  at: string
  payload: Record<string, unknown>
}

/** A plain client of the public GraphQL API, as any script would write it. */
export class ApiClient {
  /** @param url base URL of the API server, without /graphql */
  constructor(readonly url: string) {}

  /** Runs a query or mutation. @throws Error with the server's messages and codes, or saying that nothing answers */
  async query<T>(document: string, variables: Record<string, unknown> = {}): Promise<T> {
    let response: Response
    try {
      response = await fetch(`${this.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ query: document, variables }),
      })
    } catch (error) {
      throw new Error(
        `No API answers at ${this.url}. Start it with "npm start", or name another one in ANAMNESIS_API.`,
        {
          cause: error,
        },
      )
    }
    const body = (await response.json().catch(() => null)) as {
      data?: T
      errors?: { message: string; extensions?: { code?: string } }[]
    } | null
    if (!body)
      throw new Error(`${this.url}/graphql answered ${response.status} without JSON. Is it an Anamnesis server?`)
    if (body.errors) {
      throw new Error(body.errors.map((e) => `${e.extensions?.code ?? 'ERROR'}: ${e.message}`).join('\n'))
    }
    return body.data as T
  }

  /**
   * Every event of a run after `sinceSeq`, first the stored ones, then live, until the run is final. A lost connection
   * is taken up again from the last event seen.
   */
  async *runEvents(runId: string, sinceSeq = 0): AsyncGenerator<StoredEvent> {
    const client = createClient({ url: `${this.url.replace(/^http/, 'ws')}/graphql`, retryAttempts: 0 })
    let seen = sinceSeq
    let failures = 0
    try {
      while (true) {
        try {
          const subscription = client.iterate<{ runEvents: StoredEvent }>({
            query:
              'subscription Events($run: ID!, $since: Int!) { runEvents(runId: $run, sinceSeq: $since) { seq type at payload } }',
            variables: { run: runId, since: seen },
          })
          for await (const result of subscription) {
            if (result.errors) throw new Error(result.errors.map((e) => e.message).join('\n'))
            const event = result.data!.runEvents
            if (event.seq <= seen && event.type !== 'gap') continue
            seen = Math.max(seen, event.seq)
            failures = 0
            yield event
            if (event.type === 'run.state' && FINAL.has(String(event.payload.state))) return
          }
          return
        } catch (error) {
          if (++failures > 20) throw error
          await new Promise((resolve) => setTimeout(resolve, 500 * Math.min(failures, 10)))
        }
      }
    } finally {
      await client.dispose()
    }
  }
}

const FINAL = new Set(['SUCCEEDED', 'FAILED', 'STOPPED'])

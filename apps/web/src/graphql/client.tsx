'use client'

import { type CombinedError, cacheExchange, fetchExchange } from '@urql/core'
import { createClient as createSocket, type Client as SocketClient } from 'graphql-ws'
import { createContext, type ReactNode, useContext, useMemo, useSyncExternalStore } from 'react'
import { Client, Provider } from 'urql'
import { type ApiEnvironment, apiBase } from '../environment.ts'

interface Api {
  /** Base address, "http://localhost:4000". */
  base: string
  socket: SocketClient
}

const ApiContext = createContext<Api | null>(null)
const never = () => () => {}

/** Gives the page its clients. Data is read in the browser only; the server renders the frame. */
export function ApiProvider({ environment, children }: { environment: ApiEnvironment; children: ReactNode }) {
  const inBrowser = useSyncExternalStore(
    never,
    () => true,
    () => false,
  )
  const base = inBrowser ? apiBase(environment, window.location) : ''
  const client = useMemo(
    () =>
      new Client({
        url: `${base}/graphql`,
        preferGetMethod: false,
        exchanges: [cacheExchange, fetchExchange],
        requestPolicy: 'cache-and-network',
      }),
    [base],
  )
  const api = useMemo(
    () => ({
      base,
      // Reconnecting is done by whoever subscribes, since only they know the last event they have seen.
      socket: createSocket({ url: `${base.replace(/^http/, 'ws')}/graphql`, lazy: true, retryAttempts: 0 }),
    }),
    [base],
  )
  return (
    <ApiContext value={api}>
      <Provider value={client}>
        <BrowserContext value={inBrowser}>{children}</BrowserContext>
      </Provider>
    </ApiContext>
  )
}

const BrowserContext = createContext(false)

/** False while the server renders the frame: pages, which read data, wait for the browser. */
export const useInBrowser = () => useContext(BrowserContext)

export function useApi(): Api {
  const api = useContext(ApiContext)
  if (!api) throw new Error('useApi is used outside of ApiProvider')
  return api
}

/** One sentence for people: the API's own message, or what to do when it does not answer. */
export function messageOf(error: CombinedError, base: string): string {
  const first = error.graphQLErrors[0]
  if (first) return first.message
  return `The API at ${base} does not answer. Is it running? Start it with: npm start`
}

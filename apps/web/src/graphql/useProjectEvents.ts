'use client'

import { print } from 'graphql'
import { useEffect, useEffectEvent, useState } from 'react'
import { useApi } from './client.tsx'
import type { ProjectEventsSubscription } from './generated/graphql.ts'
import { ProjectEvents } from './runs.ts'

export type Connection = 'connecting' | 'live' | 'reconnecting'

/**
 * Changes of all runs while the page is open. The list level has no replay: after a reconnect `onReconnect` is called,
 * and the caller reads its list again.
 */
export function useProjectEvents(
  onEvent: (event: ProjectEventsSubscription['projectEvents']) => void,
  onReconnect: () => void,
): Connection {
  const { socket } = useApi()
  const [connection, setConnection] = useState<Connection>('connecting')
  const take = useEffectEvent(onEvent)
  const again = useEffectEvent(onReconnect)
  useEffect(() => {
    let closed = false
    let failures = 0
    let timer: ReturnType<typeof setTimeout> | undefined
    let stop = () => {}
    const query = print(ProjectEvents)
    const offConnected = socket.on('connected', () => {
      if (failures > 0) again()
      failures = 0
      setConnection('live')
    })
    const connect = () => {
      const retry = () => {
        if (closed) return
        failures++
        setConnection('reconnecting')
        timer = setTimeout(connect, backoff(failures))
      }
      stop = socket.subscribe<ProjectEventsSubscription>(
        { query },
        {
          next: ({ data }) => {
            setConnection('live')
            if (data) take(data.projectEvents)
          },
          error: retry,
          complete: retry,
        },
      )
    }
    connect()
    return () => {
      closed = true
      clearTimeout(timer)
      offConnected()
      stop()
    }
  }, [socket])
  return connection
}

/** Waiting time before the n-th attempt: 0.5 s, doubling, at most 10 s. */
export const backoff = (failures: number): number => Math.min(10_000, 500 * 2 ** Math.min(failures - 1, 5))

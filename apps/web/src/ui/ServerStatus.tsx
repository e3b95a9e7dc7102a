'use client'

import { useEffect } from 'react'
import { useQuery } from 'urql'
import { useInBrowser } from '../graphql/client.tsx'
import { Status } from '../graphql/status.ts'

/** The server's status, read again every `every` milliseconds while the page is visible. */
export function useStatus(every: number) {
  const inBrowser = useInBrowser()
  const [result, again] = useQuery({ query: Status, pause: !inBrowser })
  useEffect(() => {
    const timer = setInterval(() => {
      if (document.visibilityState === 'visible') again({ requestPolicy: 'network-only' })
    }, every)
    return () => clearInterval(timer)
  }, [again, every])
  return result
}

export function ServerStatus() {
  const { data, error } = useStatus(10_000)
  const status = error ? null : data?.status
  const look = error ? 'bg-bad' : !status ? 'bg-line-strong' : status.workers > 0 ? 'bg-good' : 'bg-warn'
  const words = error ? 'API not reachable' : !status ? 'Connecting' : status.workers > 0 ? 'Ready' : 'No worker'
  return (
    <div className="text-xs">
      <p className="flex items-center gap-2">
        <span aria-hidden="true" className={`size-2 rounded-full ${look}`} />
        <span className="font-medium">{words}</span>
        {status ? <span className="ml-auto font-mono text-2xs text-ink-3">{status.backend}</span> : null}
      </p>
      {status ? (
        <p className="num mt-0.5 pl-4 text-2xs text-ink-3">
          {status.running} running, {status.queued} queued
        </p>
      ) : null}
    </div>
  )
}

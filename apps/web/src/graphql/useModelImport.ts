'use client'

import { print } from 'graphql'
import { useEffect, useEffectEvent, useState } from 'react'
import { isOver } from '../prepare/models.ts'
import { useApi } from './client.tsx'
import type { ModelImportProgressSubscription, ModelImportRowFragment } from './generated/graphql.ts'
import { ModelImportProgress } from './models.ts'
import { backoff } from './useProjectEvents.ts'

/**
 * An import as it is now. The subscription begins with the present state, so a lost connection loses nothing.
 * @param onOver called once when an import that was at work ends
 */
export function useModelImport(known: ModelImportRowFragment, onOver: () => void): ModelImportRowFragment {
  const { socket } = useApi()
  const [told, setTold] = useState<ModelImportRowFragment | null>(null)
  const ended = useEffectEvent(onOver)
  const following = !isOver(known)
  useEffect(() => {
    if (!following) return
    let closed = false
    let over = false
    let failures = 0
    let timer: ReturnType<typeof setTimeout> | undefined
    let stop = () => {}
    const connect = () => {
      const retry = () => {
        if (closed || over) return
        failures++
        timer = setTimeout(connect, backoff(failures))
      }
      stop = socket.subscribe<ModelImportProgressSubscription>(
        { query: print(ModelImportProgress), variables: { id: known.id } },
        {
          next: ({ data }) => {
            if (!data) return
            failures = 0
            setTold(data.modelImport)
            if (!isOver(data.modelImport) || over) return
            over = true
            ended()
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
      stop()
    }
  }, [socket, following, known.id])
  return isOver(known) ? known : (told ?? known)
}

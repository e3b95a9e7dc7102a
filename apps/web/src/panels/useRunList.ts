'use client'

import { useCallback, useEffect, useRef, useState } from 'react'
import { useClient } from 'urql'
import { messageOf, useApi } from '../graphql/client.tsx'
import type { RunSortField } from '../graphql/generated/graphql.ts'
import { RunsPage } from '../graphql/runs.ts'
import { useProjectEvents } from '../graphql/useProjectEvents.ts'
import { addPage, applyChange, type RunList, type RunListFilter, showWaiting } from '../prepare/runList.ts'

const PAGE = 60
const EMPTY: RunList = { runs: [], waiting: [] }

/** The run list under a filter: pages on demand, changes live, new runs held back until asked for. */
export function useRunList(filter: RunListFilter, sort: { field: RunSortField; descending: boolean }) {
  const client = useClient()
  const { base } = useApi()
  const [list, setList] = useState(EMPTY)
  const [total, setTotal] = useState<number | null>(null)
  const [status, setStatus] = useState<{ loading: boolean; error: string | null }>({ loading: true, error: null })
  const next = useRef<string | null>(null)
  const asked = useRef(0)
  const key = JSON.stringify([filter, sort])

  const load = useCallback(
    async (fresh: boolean) => {
      const [f, s] = JSON.parse(key) as [RunListFilter, typeof sort]
      const request = ++asked.current
      setStatus((old) => ({ ...old, loading: true }))
      const variables = {
        first: PAGE,
        after: fresh ? null : next.current,
        filter: {
          suite: f.suite,
          methods: f.methods.length > 0 ? f.methods : null,
          states: f.states.length > 0 ? f.states : null,
          text: f.text || null,
        },
        sort: s,
      }
      const { data, error } = await client.query(RunsPage, variables, { requestPolicy: 'network-only' }).toPromise()
      if (request !== asked.current) return
      if (error || !data) {
        setStatus({ loading: false, error: error ? messageOf(error, base) : 'No answer.' })
        return
      }
      const page = data.runs.edges.map((edge) => edge.node)
      next.current = data.runs.pageInfo.hasNextPage ? (data.runs.pageInfo.endCursor ?? null) : null
      setTotal(data.runs.totalCount)
      setList((old) => addPage(fresh ? EMPTY : old, page))
      setStatus({ loading: false, error: null })
    },
    [client, base, key],
  )

  useEffect(() => {
    void load(true)
  }, [load])

  const connection = useProjectEvents(
    ({ run }) => setList((old) => applyChange(old, run, filter)),
    () => void load(true),
  )

  return {
    list,
    total,
    ...status,
    connection,
    more: next.current !== null,
    loadMore: () => void load(false),
    reload: () => void load(true),
    showNew: () => {
      setTotal((old) => (old === null ? null : old + list.waiting.length))
      setList(showWaiting)
    },
  }
}

'use client'

import { usePathname, useSearchParams } from 'next/navigation'
import { useCallback } from 'react'

export type UrlValues = Readonly<Record<string, string | null>>

/**
 * View state in the address: `[get, set]`. A null or empty value removes the name. Changes replace the entry in the
 * history (a slider is no page) and never ask the server.
 */
export function useUrlState(): [(name: string, fallback?: string) => string, (changes: UrlValues) => void] {
  const params = useSearchParams()
  const pathname = usePathname()
  const get = useCallback((name: string, fallback = '') => params.get(name) ?? fallback, [params])
  const set = useCallback(
    (changes: UrlValues) => {
      const next = new URLSearchParams(window.location.search)
      for (const [name, value] of Object.entries(changes)) {
        if (value === null || value === '') next.delete(name)
        else next.set(name, value)
      }
      const query = next.toString()
      window.history.replaceState(null, '', query === '' ? pathname : `${pathname}?${query}`)
    },
    [pathname],
  )
  return [get, set]
}

/** "a,b" in the address as a list. */
export const asList = (value: string): string[] => (value === '' ? [] : value.split(','))

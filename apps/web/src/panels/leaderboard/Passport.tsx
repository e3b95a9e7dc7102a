'use client'

import { Popover } from 'radix-ui'
import { createContext, type ReactNode, useContext, useMemo, useRef, useState } from 'react'
import type { BoardMetric } from '../../prepare/leaderboard/board.ts'
import { PassportText } from '../../ui/PassportText.tsx'

interface Shown {
  metric: BoardMetric
  /** The number it was opened from, in words. */
  value: string | null
}
type Show = (shown: Shown, at: HTMLElement) => void

const PassportContext = createContext<Show | null>(null)

/** One popover for all numbers of a page: what the number is, by definition, formula, convention and source. */
export function PassportProvider({ children }: { children: ReactNode }) {
  const anchor = useRef<HTMLElement | null>(null)
  const [shown, setShown] = useState<Shown | null>(null)
  const show = useMemo<Show>(
    () => (next, at) => {
      anchor.current = at
      setShown(next)
    },
    [],
  )
  return (
    <PassportContext.Provider value={show}>
      {children}
      <Popover.Root open={shown !== null} onOpenChange={(open) => !open && setShown(null)}>
        <Popover.Anchor virtualRef={anchor as React.RefObject<HTMLElement>} />
        <Popover.Portal>
          <Popover.Content
            sideOffset={6}
            collisionPadding={12}
            aria-label={shown ? `Passport of ${shown.metric.title}` : undefined}
            onCloseAutoFocus={(event) => {
              event.preventDefault()
              anchor.current?.focus()
            }}
            className="z-50 max-h-[min(28rem,80vh)] w-[min(26rem,calc(100vw-24px))] overflow-auto rounded-lg border border-line bg-raised p-3.5 text-xs text-ink shadow-float"
          >
            {shown ? <Passport {...shown} /> : null}
          </Popover.Content>
        </Popover.Portal>
      </Popover.Root>
    </PassportContext.Provider>
  )
}

function Passport({ metric, value }: Shown) {
  return (
    <>
      <p className="text-sm font-semibold">{metric.title}</p>
      {value ? <p className="num mt-0.5 text-ink-2">{value}</p> : null}
      <div className="mt-2">
        <PassportText metric={metric} />
      </div>
    </>
  )
}

/** A number that opens its passport. @param passive reached with the pointer only, where another control does the same */
export function MetricNumber({
  metric,
  value,
  children,
  passive = false,
  className = '',
}: {
  metric: BoardMetric
  value: string | null
  children: ReactNode
  passive?: boolean
  className?: string
}) {
  const show = useContext(PassportContext)
  return (
    <button
      type="button"
      tabIndex={passive ? -1 : undefined}
      aria-haspopup="dialog"
      onClick={(event) => show?.({ metric, value }, event.currentTarget)}
      className={`cursor-help text-right hover:text-accent ${className}`}
    >
      {children}
    </button>
  )
}

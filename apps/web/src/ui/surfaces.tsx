import type { ReactNode } from 'react'
import { Icon } from './Icon.tsx'

/** Title and actions of a page. */
export function PageHeader({ title, children, lead }: { title: ReactNode; lead?: ReactNode; children?: ReactNode }) {
  return (
    <header className="flex flex-wrap items-start justify-between gap-x-4 gap-y-3 pt-5 pb-4 lg:pt-7">
      <div className="min-w-0">
        <h1 className="text-xl font-semibold tracking-[-0.015em]">{title}</h1>
        {lead ? <p className="mt-0.5 max-w-[84ch] text-pretty text-ink-2">{lead}</p> : null}
      </div>
      {children ? <div className="flex flex-wrap items-center gap-2">{children}</div> : null}
    </header>
  )
}

/** A titled box. Content that is wider scrolls inside it, never the page. */
export function Panel({
  title,
  note,
  actions,
  children,
  flush = false,
  id,
}: {
  title?: ReactNode
  note?: ReactNode
  actions?: ReactNode
  children: ReactNode
  /** No padding: tables and grids reach the edge. */
  flush?: boolean
  id?: string
}) {
  return (
    <section
      id={id}
      aria-label={typeof title === 'string' ? title : undefined}
      className="min-w-0 rounded-lg border border-line bg-panel"
    >
      {title || actions ? (
        <div className="flex min-h-11 flex-wrap items-center justify-between gap-x-3 gap-y-1.5 border-b border-line px-4 py-1.5">
          <div className="flex min-w-0 flex-wrap items-baseline gap-x-2">
            <h2 className="text-sm font-semibold">{title}</h2>
            {note ? <span className="num text-xs text-ink-3">{note}</span> : null}
          </div>
          {actions ? <div className="flex flex-wrap items-center gap-1.5">{actions}</div> : null}
        </div>
      ) : null}
      <div className={flush ? '' : 'p-4'}>{children}</div>
    </section>
  )
}

export function Empty({ title, children }: { title: string; children?: ReactNode }) {
  return (
    <div className="grid place-items-center px-6 py-10 text-center">
      <p className="font-medium text-ink-2">{title}</p>
      {children ? <div className="mt-1 max-w-[52ch] text-xs text-ink-3">{children}</div> : null}
    </div>
  )
}

export function Failure({ message, onRetry }: { message: string; onRetry?: () => void }) {
  return (
    <div
      role="alert"
      className="m-4 flex flex-wrap items-center gap-x-3 gap-y-2 rounded-md border border-bad/35 bg-bad-soft px-3 py-2.5 text-ink"
    >
      <Icon name="alert" className="text-bad" />
      <span className="min-w-0 flex-1 basis-52 break-words">{message}</span>
      {onRetry ? (
        <button type="button" onClick={onRetry} className="font-medium text-accent hover:underline">
          Try again
        </button>
      ) : null}
    </div>
  )
}

/** Grey bars while data is on its way; announced once. */
export function Loading({ rows = 5, label = 'Loading' }: { rows?: number; label?: string }) {
  return (
    <div role="status" className="grid gap-3 p-4">
      <span className="sr-only">{label}</span>
      {Array.from({ length: rows }, (_, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: identical bars
        <div key={i} className="skeleton h-5" style={{ width: `${96 - ((i * 17) % 38)}%` }} />
      ))}
    </div>
  )
}

/** What a panel says when it shows only a part. */
export function TooMuch({ children }: { children: ReactNode }) {
  return <p className="border-t border-line px-4 py-2 text-xs text-ink-3">{children}</p>
}

export function Tag({ children, look = 'plain' }: { children: ReactNode; look?: 'plain' | 'accent' | 'warn' }) {
  const looks = {
    plain: 'border-line bg-sunken text-ink-2',
    accent: 'border-transparent bg-accent-soft text-ink',
    warn: 'border-transparent bg-warn-soft text-warn',
  }
  return (
    <span className={`inline-flex h-5 items-center rounded border px-1.5 text-2xs whitespace-nowrap ${looks[look]}`}>
      {children}
    </span>
  )
}

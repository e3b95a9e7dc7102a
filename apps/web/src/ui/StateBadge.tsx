import { age } from '../prepare/format.ts'

interface Look {
  label: string
  className: string
  dot: string
}

const LOOKS: Record<string, Look> = {
  QUEUED: { label: 'Queued', className: 'bg-sunken text-ink-2', dot: 'border border-ink-3' },
  RUNNING: {
    label: 'Running',
    className: 'bg-accent-soft text-accent',
    dot: 'bg-accent animate-[pulse-dot_1.6s_ease-in-out_infinite]',
  },
  STOP_REQUESTED: {
    label: 'Stopping',
    className: 'bg-warn-soft text-warn',
    dot: 'bg-warn animate-[pulse-dot_1s_ease-in-out_infinite]',
  },
  STOPPED: { label: 'Stopped', className: 'bg-sunken text-ink-2', dot: 'bg-ink-3 rounded-[2px]!' },
  STALE: { label: 'Stale', className: 'bg-warn-soft text-warn', dot: 'border-2 border-warn' },
  LOST: { label: 'Lost', className: 'bg-bad-soft text-bad', dot: 'border-2 border-bad' },
  SUCCEEDED: { label: 'Succeeded', className: 'bg-good-soft text-good', dot: 'bg-good' },
  FAILED: { label: 'Failed', className: 'bg-bad-soft text-bad', dot: 'bg-bad rotate-45 rounded-[1px]!' },
}

export const stateLabel = (state: string): string => LOOKS[state]?.label ?? state

/** The run's state by word, shape and colour; the tooltip has the reason and the age of the last sign of life. */
export function StateBadge({ state, reason }: { state: string; reason?: string | null }) {
  const look = LOOKS[state] ?? { label: state, className: 'bg-sunken text-ink-2', dot: 'bg-ink-3' }
  return (
    <span
      data-testid="run-state"
      data-state={state}
      title={reason ?? undefined}
      className={`inline-flex h-5.5 items-center gap-1.5 rounded-full px-2 text-xs font-medium whitespace-nowrap ${look.className}`}
    >
      <span aria-hidden="true" className={`size-2 rounded-full ${look.dot}`} />
      {look.label}
    </span>
  )
}

/** "heartbeat 4 s ago" for a run that should be alive; amber when it is overdue. */
export function Heartbeat({ state, at, now }: { state: string; at: string | null | undefined; now: number }) {
  if (!['RUNNING', 'STOP_REQUESTED', 'STALE', 'LOST'].includes(state) || !at) return null
  const overdue = now - Date.parse(at) > 45_000
  return (
    <span
      title={`Last sign of life: ${at}`}
      className={`num whitespace-nowrap text-2xs ${overdue ? 'text-warn' : 'text-ink-3'}`}
    >
      <span className="max-xl:inline hidden">heartbeat </span>
      {age(at, now)}
    </span>
  )
}

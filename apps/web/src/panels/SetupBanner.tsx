'use client'

import { count } from '../prepare/format.ts'
import { useStatus } from '../ui/ServerStatus.tsx'

const WORDS: Record<string, string> = { done: 'done', running: 'running', failed: 'failed', waiting: 'waiting' }

/** How far the demo data is, while it is being made; nothing once it is there. */
export function SetupBanner() {
  const { data } = useStatus(2000)
  const steps = data?.status.setup ?? []
  if (steps.length === 0 || steps.every((step) => isDone(step.state))) return null
  const failed = steps.some((step) => step.state.toLowerCase() === 'failed')
  return (
    <section
      aria-label="Set-up"
      data-testid="setup-banner"
      className={`mb-4 rounded-lg border px-4 py-3 ${failed ? 'border-bad/40 bg-bad-soft' : 'border-accent/40 bg-accent-soft'}`}
    >
      <p className="font-medium">
        {failed
          ? 'The demo could not be made. Runs on your own suites are not affected.'
          : 'The demo is being made. The first runs start by themselves when it is ready.'}
      </p>
      <ol className="mt-2.5 grid gap-x-6 gap-y-2.5 sm:grid-cols-2 lg:grid-cols-3">
        {steps.map((step) => {
          const share = isDone(step.state) ? 1 : step.done && step.total ? step.done / step.total : 0
          return (
            <li key={step.key} className="min-w-0">
              <div className="flex justify-between gap-2 text-xs">
                <span className="truncate">{step.title}</span>
                <span className="num text-ink-2">
                  {step.total && !isDone(step.state) && step.done !== null
                    ? `${count(step.done)} / ${count(step.total)}`
                    : (WORDS[step.state.toLowerCase()] ?? step.state)}
                </span>
              </div>
              <div className="mt-1 h-1 overflow-hidden rounded-full bg-line-strong/50">
                <div
                  className={`h-full transition-[width] duration-700 ${step.state.toLowerCase() === 'failed' ? 'bg-bad' : 'bg-accent'}`}
                  style={{ width: `${share * 100}%` }}
                />
              </div>
              {step.message ? <p className="mt-1 text-2xs break-words text-ink-2">{step.message}</p> : null}
            </li>
          )
        })}
      </ol>
    </section>
  )
}

const isDone = (state: string) => ['done', 'ready', 'succeeded'].includes(state.toLowerCase())

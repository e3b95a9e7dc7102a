/** One segment a task, filled by steps; "task 2 of 3" beside it is the caller's business. */
export function Progress({
  tasks,
  share,
  state,
  label,
}: {
  tasks: number
  /** Done share of all steps, in [0, 1]. */
  share: number
  state: string
  label: string
}) {
  const colour =
    state === 'FAILED' || state === 'LOST'
      ? 'bg-bad'
      : state === 'STALE' || state === 'STOP_REQUESTED'
        ? 'bg-warn'
        : state === 'SUCCEEDED'
          ? 'bg-good'
          : state === 'STOPPED'
            ? 'bg-ink-3'
            : 'bg-accent'
  const segments = Math.max(1, tasks)
  return (
    <div
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={Math.round(share * 100)}
      className="flex h-1.5 gap-0.5"
    >
      {Array.from({ length: segments }, (_, i) => {
        const part = Math.min(1, Math.max(0, share * segments - i))
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: segments are their position
          <div key={i} className="flex-1 overflow-hidden rounded-[2px] bg-line">
            <div
              className={`h-full transition-[width] duration-500 ease-out ${colour}`}
              style={{ width: `${part * 100}%` }}
            />
          </div>
        )
      })}
    </div>
  )
}

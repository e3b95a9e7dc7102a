'use client'

import { type FormEvent, type ReactNode, useId, useState } from 'react'
import type { RecallKind } from '../../graphql/generated/graphql.ts'
import { Button, Select } from '../../ui/controls.tsx'

/** Asks why literature may not guide any more. */
export function RecallForm({
  title,
  children,
  onSubmit,
}: {
  title: string
  /** Fields that say what is recalled. */
  children?: ReactNode
  /** @returns what went wrong, null when nothing did */
  onSubmit: (kind: RecallKind, reason: string) => Promise<string | null>
}) {
  const [kind, setKind] = useState<RecallKind>('RETRACTED')
  const [reason, setReason] = useState('')
  const [problem, setProblem] = useState<string | null>(null)
  const [busy, setBusy] = useState(false)
  const id = useId()
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    setBusy(true)
    const wrong = await onSubmit(kind, reason.trim())
    setBusy(false)
    setProblem(wrong)
    if (wrong === null) setReason('')
  }
  return (
    <form onSubmit={submit} aria-labelledby={id} className="grid gap-2 rounded-md border border-line p-3">
      <h3 id={id} className="text-sm font-semibold">
        {title}
      </h3>
      {children}
      <div className="grid gap-1 text-2xs text-ink-3">
        Why
        <Select aria-label="Why" value={kind} onChange={(event) => setKind(event.target.value as RecallKind)}>
          <option value="RETRACTED">It was retracted</option>
          <option value="LICENCE_CHANGED">Its licence changed</option>
        </Select>
      </div>
      <label className="grid gap-1 text-2xs text-ink-3">
        Reason, for the log of every touched run
        <input
          value={reason}
          onChange={(event) => setReason(event.target.value)}
          maxLength={2000}
          required
          className="control w-full"
        />
      </label>
      {problem ? (
        <p role="alert" className="text-xs text-bad">
          {problem}
        </p>
      ) : null}
      <Button look="danger" type="submit" disabled={busy || reason.trim() === ''} className="justify-self-start">
        Recall
      </Button>
    </form>
  )
}

'use client'

import { Button } from './controls.tsx'

/** Saves a text as a file. */
export function DownloadButton({
  label,
  file,
  type,
  text,
}: {
  label: string
  file: string
  type: string
  text: () => string
}) {
  const save = () => {
    const url = URL.createObjectURL(new Blob([text()], { type: `${type};charset=utf-8` }))
    const link = document.createElement('a')
    link.href = url
    link.download = file
    link.click()
    setTimeout(() => URL.revokeObjectURL(url), 10_000)
  }
  return (
    <Button look="ghost" icon="arrowDown" onClick={save} className="px-2! text-xs" aria-label={`Download as ${label}`}>
      {label}
    </Button>
  )
}

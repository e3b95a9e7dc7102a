'use client'

import { Failure } from '../src/ui/surfaces.tsx'

/** A page that failed while drawing: says so and offers another try, the rest of the dashboard goes on. */
export default function PageError({ error, reset }: { error: Error; reset: () => void }) {
  return <Failure message={`This page could not be drawn: ${error.message}`} onRetry={reset} />
}

'use client'

import { CodeBlock } from '../../ui/controls.tsx'
import { Panel } from '../../ui/surfaces.tsx'
import type { PanelProps } from './panel.ts'

export function ReproducePanel({ view: { details } }: PanelProps) {
  return (
    <Panel title="Start the same run again">
      <CodeBlock text={details.reproduce} />
    </Panel>
  )
}

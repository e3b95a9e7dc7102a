import type { ComponentType } from 'react'
import type { RunView } from './useLiveRun.ts'

export interface PanelProps {
  view: RunView
}

/** One part of the run page. `Draw` decides nothing: numbers and order come from `src/prepare`. */
export interface RunPanel {
  id: string
  tab: RunTab
  /** Columns of twelve on wide screens. */
  span: 4 | 5 | 7 | 8 | 12
  /** Two panels of the other side stand beside it. */
  tall?: boolean
  Draw: ComponentType<PanelProps>
}

export const RUN_TABS = [
  { id: 'overview', title: 'Overview' },
  { id: 'guidance', title: 'Guidance' },
  { id: 'confusion', title: 'Confusion' },
  { id: 'log', title: 'Log' },
  { id: 'setup', title: 'Set-up' },
] as const
type RunTab = (typeof RUN_TABS)[number]['id']

import { ActivityPanel } from './ActivityPanel.tsx'
import { CheckpointsPanel } from './CheckpointsPanel.tsx'
import { ConfigPanel } from './ConfigPanel.tsx'
import { ConfusionPanel } from './ConfusionPanel.tsx'
import { CurvesPanel } from './CurvesPanel.tsx'
import { LedgerPanel } from './LedgerPanel.tsx'
import { LogPanel } from './LogPanel.tsx'
import { MatrixPanel } from './MatrixPanel.tsx'
import { MetricsPanel } from './MetricsPanel.tsx'
import { ProvenancePanel } from './ProvenancePanel.tsx'
import type { RunPanel } from './panel.ts'
import { ReferencePanel } from './ReferencePanel.tsx'
import { ReproducePanel } from './ReproducePanel.tsx'
import { ReviewPanel } from './ReviewPanel.tsx'
import { SignalsPanel } from './SignalsPanel.tsx'
import { WhatIfPanel } from './WhatIfPanel.tsx'

/** The run page, in reading order. A new panel is a new file and a line here. */
export const runPanels: readonly RunPanel[] = [
  { id: 'matrix', tab: 'overview', span: 8, tall: true, Draw: MatrixPanel },
  { id: 'metrics', tab: 'overview', span: 4, Draw: MetricsPanel },
  { id: 'activity', tab: 'overview', span: 4, Draw: ActivityPanel },
  { id: 'curves', tab: 'overview', span: 12, Draw: CurvesPanel },
  { id: 'reference', tab: 'guidance', span: 12, Draw: ReferencePanel },
  { id: 'signals', tab: 'guidance', span: 12, Draw: SignalsPanel },
  { id: 'ledger', tab: 'guidance', span: 12, Draw: LedgerPanel },
  { id: 'what-if', tab: 'guidance', span: 12, Draw: WhatIfPanel },
  { id: 'review', tab: 'guidance', span: 12, Draw: ReviewPanel },
  { id: 'confusion', tab: 'confusion', span: 12, Draw: ConfusionPanel },
  { id: 'log', tab: 'log', span: 7, Draw: LogPanel },
  { id: 'checkpoints', tab: 'log', span: 5, Draw: CheckpointsPanel },
  { id: 'config', tab: 'setup', span: 7, Draw: ConfigPanel },
  { id: 'provenance', tab: 'setup', span: 5, Draw: ProvenancePanel },
  { id: 'reproduce', tab: 'setup', span: 12, Draw: ReproducePanel },
]

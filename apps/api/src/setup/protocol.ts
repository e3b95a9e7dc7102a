/** One visible step of making the demo data. */
export interface SetupStep {
  key: string
  title: string
  state: 'waiting' | 'running' | 'done' | 'failed'
  done: number | null
  total: number | null
  message: string | null
}

/** What the set-up process is told through its arguments, and what it tells: the present face of one step. */
export interface SetupOptions {
  home: string
  backend: 'onnx' | 'tensorflow' | 'cpu'
}
export const DEMO_SUITE = 'phantom-3'

/** The steps in their order, as they are before any began. */
export function plannedSteps(): SetupStep[] {
  const waiting = { state: 'waiting', done: null, total: null, message: null } as const
  return [
    { key: 'model', title: 'Install the base model', ...waiting },
    { key: 'tasks', title: 'Draw the demo tasks', ...waiting },
    { key: 'corpus', title: 'Draw the demo literature', ...waiting },
    { key: 'index', title: 'Index the demo literature', ...waiting },
  ]
}

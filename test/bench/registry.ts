import type { Bench } from './bench.ts'

/** Name on the command line -> bench. Loaded when asked for, so that a bench costs nothing to the others. */
export const benches: Record<string, () => Promise<{ default: Bench }>> = {
  demo: () => import('./demo.ts'),
  engine: () => import('./engine.ts'),
  methods: () => import('./methods.ts'),
  retrieval: () => import('./retrieval.ts'),
  statistics: () => import('./statistics.ts'),
}

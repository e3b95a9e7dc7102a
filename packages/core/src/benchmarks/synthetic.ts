import {
  openSyntheticFigures,
  openSyntheticTask,
  syntheticCorpusId,
  syntheticTaskIds,
  type Topology,
} from '../importers/index.ts'
import { ordersOf, type SuiteDefinition } from './suite.ts'

const TEXTS: Record<Topology, { title: string; summary: string }> = {
  clustered: {
    title: 'Synthetic vectors, clustered',
    summary:
      'Pictures of random vectors: six domains far apart with close classes inside, as medical pictures lie. Small enough for many seeds, made to rank methods. No clinical meaning.',
  },
  mesh: {
    title: 'Synthetic vectors, mesh',
    summary:
      'The control of the clustered suite: domains close together, classes wide apart and noisy, as natural pictures lie. No clinical meaning.',
  },
}

/** @param seed of the data: where domains and classes lie, and every sample */
export function syntheticSuite(topology: Topology, seed = 1): SuiteDefinition {
  const taskIds = syntheticTaskIds(topology)
  return {
    id: `synthetic-${topology}`,
    ...TEXTS[topology],
    taskIds,
    orders: ordersOf(taskIds),
    modelId: `synthetic-${topology}`,
    corpusId: syntheticCorpusId(topology),
    defaults: { stepsPerTask: 60, batchSize: 32, learningRate: 6e-4, warmupSteps: 6 },
    pretraining: { size: 'synthetic', steps: 250, batchSize: 64, learningRate: 1e-3, augment: false },
    openTask: async (taskId) => openSyntheticTask(topology, taskId, { seed }),
    openCorpus: async () => openSyntheticFigures({ topology, seed }),
  }
}

export const syntheticClustered = syntheticSuite('clustered')
export const syntheticMesh = syntheticSuite('mesh')

import { openPhantomFigures, openPhantomTask } from '../importers/index.ts'
import { ordersOf, type SuiteDefinition } from './suite.ts'

const taskIds6 = [
  'phantom-chest-xray',
  'phantom-fundus',
  'phantom-blood-smear',
  'phantom-brain-mri',
  'phantom-breast-ultrasound',
  'phantom-abdominal-ct',
]
const taskIds3 = taskIds6.slice(0, 3)

const shared = {
  modelId: 'tiny-phantom',
  corpusId: 'phantom-literature',
  openTask: async (taskId: string) => openPhantomTask(taskId),
  openCorpus: async () => openPhantomFigures(),
}

export const phantom3: SuiteDefinition = {
  ...shared,
  id: 'phantom-3',
  title: 'Three phantom tasks',
  summary:
    'Drawn chest X-rays, fundus photographs and blood smears: small enough for a first look. Synthetic pictures, no clinical meaning.',
  taskIds: taskIds3,
  orders: ordersOf(taskIds3),
  defaults: { stepsPerTask: 60, batchSize: 32, learningRate: 2e-4, warmupSteps: 6 },
}

export const phantom6: SuiteDefinition = {
  ...shared,
  id: 'phantom-6',
  title: 'Six phantom tasks',
  summary:
    'Drawn pictures of six modalities with large gaps between the domains. Synthetic pictures, no clinical meaning.',
  taskIds: taskIds6,
  orders: ordersOf(taskIds6),
  defaults: { stepsPerTask: 100, batchSize: 32, learningRate: 2e-4, warmupSteps: 10 },
}

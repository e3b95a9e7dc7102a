import { join } from 'node:path'
import { AnamnesisError } from '../contracts/index.ts'
import { findImporter, type OpenedSource } from '../importers/index.ts'
import { ordersOf, type SuiteDefinition } from './suite.ts'

const taskIds = [
  'chest_xray_pneumonia',
  'brain_mri_tumour',
  'breast_ultrasound',
  'blood_smear_cells',
  'lung_ct_cancer',
  'skin_dermoscopy',
]

export const real6: SuiteDefinition = {
  id: 'real-6',
  title: 'Six real tasks',
  summary:
    'Six small open-licence tasks of six modalities. No pre-trained medical weights can be shipped, so the base model is pre-trained on the figure ' +
    'pairs and on a quarter of each training split with captions; that quarter is left out of the tasks. Classes of the breast, lung and skin tasks ' +
    'are unbalanced: read balanced accuracy beside accuracy.',
  taskIds,
  orders: ordersOf(taskIds),
  modelId: 'tiny-real-6',
  corpusId: 'real-figures',
  exclude: { split: 'train', share: 0.25 },
  defaults: { stepsPerTask: 100, batchSize: 32, learningRate: 1e-4, warmupSteps: 10 },
  openTask: (taskId, testData) => findImporter('pack-task').open(join(needed(testData), 'tasks', taskId), {}),
  openCorpus: openRealFigures,
}

const exampleQuestions = [
  'A chest X-ray photo of pneumonia in the lung',
  'A light microscopy photo of white blood cells in the blood',
  'A light microscopy photo of bacteria',
  'An MRI photo of the brain',
]

/** The open figures that lie beside the real tasks. @throws MISSING_DATA */
export async function openRealFigures(testData: string | null): Promise<OpenedSource> {
  const opened = await findImporter('figure-pack').open(join(needed(testData), 'figures'), {
    id: 'real-figures',
    title: 'Open text-book figures and chest images',
  })
  if (opened.kind === 'corpus') opened.head.exampleQuestions = exampleQuestions
  return opened
}

function needed(testData: string | null): string {
  if (testData !== null) return testData
  throw new AnamnesisError(
    'MISSING_DATA',
    'The real tasks and figures need the real data packs. Set ANAMNESIS_TEST_DATA to the folder that holds "tasks" and "figures".',
  )
}

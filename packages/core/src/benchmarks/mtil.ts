import { naturalImages } from '../importers/index.ts'
import { type FetchedTask, fetchedParts, openFetchedCorpus } from './fetched.ts'
import { type SuiteDefinition, twoOrders } from './suite.ts'

const ORDER_I = [
  'fgvc-aircraft',
  'caltech-101',
  'cifar-100',
  'dtd',
  'eurosat',
  'flowers-102',
  'food-101',
  'mnist',
  'oxford-pets',
  'stanford-cars',
  'sun397',
]
const ORDER_II = [
  'stanford-cars',
  'food-101',
  'mnist',
  'oxford-pets',
  'flowers-102',
  'sun397',
  'fgvc-aircraft',
  'caltech-101',
  'dtd',
  'eurosat',
  'cifar-100',
]

function fetched(id: string): FetchedTask {
  const set = naturalImages.find((one) => one.id === id)!
  return { id, importer: id, task: null, source: `${set.source} (licence: ${set.licence})` }
}

const parts = fetchedParts('mtil', ORDER_I.map(fetched))

/** Multi-domain task-incremental learning of everyday pictures (Zheng 2023), where most compared methods were published. */
export const mtil: SuiteDefinition = {
  ...parts,
  id: 'mtil',
  title: 'Eleven everyday tasks (MTIL)',
  summary:
    'Eleven data sets of everyday pictures, the benchmark on which ZSCL, MoE-Adapters, DIKI, RAIL and GIFT were published. No medical data: a check of the methods against their own papers. The data have to be fetched from their owners, as class folders.',
  commands: { ...parts.commands, model: 'npm run model -- import hf:openai/clip-vit-base-patch16 --id clip-vit-b-16' },
  orders: twoOrders(
    { id: 'order-1', title: 'Order I, alphabetical', taskIds: ORDER_I },
    { id: 'order-2', title: 'Order II, random', taskIds: ORDER_II },
  ),
  modelId: 'clip-vit-b-16',
  corpusId: 'conceptual-captions',
  defaults: {
    order: 'order-1',
    stepsPerTask: 1000,
    batchSize: 64,
    learningRate: 1e-5,
    warmupSteps: 100,
    labelSmoothing: 0.2,
  },
  openCorpus: (data) =>
    openFetchedCorpus(
      'captions-csv',
      {
        id: 'conceptual-captions',
        title: 'Everyday pictures with captions',
        hint: 'Make a folder of pictures with captions.csv, for example of Conceptual Captions.',
      },
      data,
    ),
}

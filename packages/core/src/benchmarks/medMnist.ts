import { Random } from '../contracts/index.ts'
import { medMnistSets, medMnistTask } from '../importers/index.ts'
import { type FetchedTask, fetchedParts } from './fetched.ts'
import { openRealFigures } from './real.ts'
import { type SuiteDefinition, twoOrders } from './suite.ts'

/** Open stand-ins for the MGTIL suites, made of MedMNIST v2 sets: every one can be downloaded without asking. */

const SHOTS = 64
const SOURCE = 'https://zenodo.org/records/10519652 (open download)'

const TRANSFER = [
  'pneumoniamnist',
  'chestmnist',
  'pathmnist',
  'tissuemnist',
  'retinamnist',
  'octmnist',
  'organamnist',
  'organcmnist',
  'organsmnist',
]
const XTREME = ['bloodmnist', 'breastmnist', 'dermamnist', 'organsmnist', 'pathmnist', 'retinamnist']

/** All sets may lie in one folder "medmnist". @param perClass at most so many training images a class */
function fetched(setId: string, perClass?: number): FetchedTask {
  const set = medMnistSets.find((one) => one.id === setId)!
  const task = medMnistTask(set)
  const common = { importer: setId, folder: 'medmnist', source: SOURCE }
  if (perClass === undefined) return { ...common, id: setId, task }
  const id = `${setId}-${perClass}`
  return { ...common, id, options: { perClass }, task: { ...task, id } }
}

const shared = {
  modelId: 'biomedclip',
  corpusId: 'real-figures',
  defaults: {
    order: 'order-1',
    stepsPerTask: 500,
    batchSize: 64,
    learningRate: 1e-5,
    warmupSteps: 50,
    labelSmoothing: 0.2,
  },
  openCorpus: openRealFigures,
}

function medMnistSuite(
  texts: Pick<SuiteDefinition, 'id' | 'title' | 'summary'>,
  tasks: FetchedTask[],
  second: { title: string; taskIds: string[] },
  firstTitle: string,
): SuiteDefinition {
  const parts = fetchedParts(texts.id, tasks)
  return {
    ...shared,
    ...texts,
    ...parts,
    commands: {
      ...parts.commands,
      model: 'npm run model -- import hf:microsoft/BiomedCLIP-PubMedBERT_256-vit_base_patch16_224 --id biomedclip',
    },
    orders: twoOrders({ id: 'order-1', title: firstTitle, taskIds: parts.taskIds }, { id: 'order-2', ...second }),
  }
}

export const transfer9 = medMnistSuite(
  {
    id: 'transfer-9',
    title: 'Nine MedMNIST tasks',
    summary:
      'Open stand-in for HieraMedTransfer: nine sets of MedMNIST v2, domain by domain (X-ray, pathology, eye, CT). Of ChestMNIST only images with exactly one finding. Report Transfer, Avg, Last and balanced accuracy.',
  },
  TRANSFER.map((id) => fetched(id)),
  { title: 'Order II, alphabetical', taskIds: [...TRANSFER].sort() },
  'Order I, domain by domain',
)

const xtremeTasks = XTREME.map((id) => fetched(id, SHOTS))

export const xtreme6 = medMnistSuite(
  {
    id: 'xtreme-6',
    title: 'Six MedMNIST tasks, few images',
    summary: `Open stand-in for MedXtreme: six sets of MedMNIST v2 with at most ${SHOTS} training images a class; val and test are whole. Every cyclic shift of the order is there, to see how much the order decides. Report ACC, AUC, BWT and balanced accuracy.`,
  },
  xtremeTasks,
  {
    title: 'Order II, random (seed 42)',
    taskIds: new Random(42).shuffle(xtremeTasks.map(({ id }) => id)),
  },
  'Order I, alphabetical',
)

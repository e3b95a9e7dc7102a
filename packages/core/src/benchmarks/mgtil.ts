import { ACCESS_WORDS, publicDatasets, taskOf } from '../importers/index.ts'
import { type FetchedTask, fetchedParts, openFetchedCorpus } from './fetched.ts'
import { type SuiteDefinition, twoOrders } from './suite.ts'

/** The two suites of the medical generalised task-incremental benchmark (arXiv 2512.13072), whose tables are published. */

const HIERA = [
  'ranzcr',
  'chexchonet',
  'covid-pneumonia-pa',
  'breakhis',
  'chaoyang',
  'gashissdb',
  'eyepacs',
  'airogs',
  'farfum-rop',
]
const HIERA_II = [
  'airogs',
  'breakhis',
  'chaoyang',
  'chexchonet',
  'eyepacs',
  'farfum-rop',
  'gashissdb',
  'covid-pneumonia-pa',
  'ranzcr',
]
const EXTREME = ['aod', 'bone-marrow', 'isic-2024', 'nct-crc-he-100k', 'chest-xray14', 'pitvis']
const EXTREME_II = ['aod', 'nct-crc-he-100k', 'pitvis', 'isic-2024', 'chest-xray14', 'bone-marrow']

/** Published settings (section 1.7 of the paper as far as stated): 1,000 steps of 64 images, learning rate 1e-5. */
const defaults = {
  order: 'order-1',
  stepsPerTask: 1000,
  batchSize: 64,
  learningRate: 1e-5,
  warmupSteps: 100,
  labelSmoothing: 0.2,
}
const MODEL_COMMAND =
  'npm run model -- import hf:microsoft/BiomedCLIP-PubMedBERT_256-vit_base_patch16_224 --id biomedclip'

const openCorpus = (data: string | null) =>
  openFetchedCorpus(
    'figure-pack',
    {
      id: 'biomedica',
      title: 'BIOMEDICA figures',
      hint: 'Make a figure pack (figures.jsonl, images.tar) of open biomedical literature, for example of BIOMEDICA.',
    },
    data,
  )

function fetched(id: string): FetchedTask {
  const dataset = publicDatasets.find((one) => one.id === id)!
  return {
    id,
    importer: id,
    task: taskOf(dataset),
    source: `${dataset.source} (${ACCESS_WORDS[dataset.access]}; ${dataset.licence})`,
  }
}

function mgtilSuite(
  texts: Pick<SuiteDefinition, 'id' | 'title' | 'summary'>,
  first: string[],
  second: string[],
  titles: [string, string],
): SuiteDefinition {
  const parts = fetchedParts(texts.id, first.map(fetched))
  return {
    ...texts,
    ...parts,
    commands: { ...parts.commands, model: MODEL_COMMAND },
    orders: twoOrders(
      { id: 'order-1', title: titles[0], taskIds: first },
      { id: 'order-2', title: titles[1], taskIds: second },
    ),
    modelId: 'biomedclip',
    corpusId: 'biomedica',
    defaults,
    openCorpus,
  }
}

const SPLITS_NOTE =
  'The splits of the published study are not known, so numbers can be compared with its tables only roughly. The data have to be fetched from their owners.'

export const hieraMedTransfer = mgtilSuite(
  {
    id: 'hiera-med-transfer',
    title: 'HieraMedTransfer (MGTIL)',
    summary: `Nine public data sets of three domains (X-ray, pathology, fundus) with fine differences inside each. ${SPLITS_NOTE}`,
  },
  HIERA,
  HIERA_II,
  ['Order I, domain by domain', 'Order II, alphabetical'],
)

export const medXtreme = mgtilSuite(
  {
    id: 'med-xtreme',
    title: 'MedXtreme (MGTIL)',
    summary: `Six public data sets of five modalities with up to 33 classes and very rare ones. ${SPLITS_NOTE}`,
  },
  EXTREME,
  EXTREME_II,
  ['Order I, alphabetical', 'Order II, mixed'],
)

/** Generated data for looking at the dashboard without the product: plausible shapes, made-up numbers. */
import { createHash } from 'node:crypto'

/** Deterministic uniform numbers (mulberry32). */
export function generator(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}

export const digest = (text: string) => createHash('sha256').update(text).digest('hex')

const taskOf = (
  key: string,
  name: string,
  domain: string,
  modality: string,
  anatomy: string,
  classes: string[],
  splits: [number, number, number],
  synthetic: boolean,
  licence = synthetic ? 'Apache-2.0' : 'CC BY 4.0',
) => ({
  id: `Task:${key}`,
  key,
  name,
  domain,
  modality,
  anatomy,
  classes: classes.map((c) => ({ id: c.replaceAll(' ', '-'), name: c, promptName: `${c} ${modality} image` })),
  splits: ['train', 'val', 'test'].map((split, i) => ({ split, count: splits[i]! })),
  licence,
  citation: synthetic ? '' : 'Collected from an open-licence repository; see the pack for the full citation.',
  notes: synthetic ? 'Procedural phantom, drawn from a seed. Not a medical image.' : 'Longest side at most 160 px.',
  synthetic,
  digest: digest(key),
})

export const tasks = [
  taskOf(
    'phantom-chest-xray',
    'Phantom chest X-ray',
    'chest radiography',
    'X-ray',
    'chest',
    ['normal', 'effusion', 'nodule', 'consolidation'],
    [800, 100, 200],
    true,
  ),
  taskOf(
    'phantom-brain-mri',
    'Phantom brain MRI',
    'neuroradiology',
    'MRI',
    'brain',
    ['normal', 'glioma', 'meningioma'],
    [800, 100, 200],
    true,
  ),
  taskOf(
    'phantom-fundus',
    'Phantom fundus',
    'ophthalmology',
    'fundus',
    'eye',
    ['normal', 'glaucoma', 'exudates'],
    [800, 100, 200],
    true,
  ),
  taskOf(
    'phantom-lung-ct',
    'Phantom lung CT',
    'thoracic imaging',
    'CT',
    'lung',
    ['normal', 'mass', 'emphysema', 'ground glass'],
    [800, 100, 200],
    true,
  ),
  taskOf(
    'phantom-breast-us',
    'Phantom breast ultrasound',
    'breast imaging',
    'ultrasound',
    'breast',
    ['normal', 'cyst', 'solid mass'],
    [800, 100, 200],
    true,
  ),
  taskOf(
    'phantom-blood-smear',
    'Phantom blood smear',
    'haematology',
    'microscopy',
    'blood',
    ['neutrophil', 'lymphocyte', 'monocyte', 'eosinophil', 'blast', 'basophil'],
    [800, 100, 200],
    true,
  ),
  taskOf(
    'chest_xray_pneumonia',
    'Chest X-ray pneumonia',
    'chest radiography',
    'X-ray',
    'chest',
    ['normal', 'bacterial pneumonia', 'viral pneumonia'],
    [1396, 203, 399],
    false,
  ),
  taskOf(
    'brain_mri_tumour',
    'Brain MRI tumour',
    'neuroradiology (MRI)',
    'MRI',
    'brain',
    ['glioma', 'meningioma', 'pituitary', 'none'],
    [1400, 200, 400],
    false,
    'CC0 1.0',
  ),
  taskOf(
    'breast_ultrasound',
    'Breast ultrasound',
    'breast imaging',
    'ultrasound',
    'breast',
    ['normal', 'benign', 'malignant'],
    [543, 79, 157],
    false,
  ),
  taskOf(
    'blood_smear_cells',
    'Blood smear cells',
    'haematology',
    'microscopy',
    'blood',
    ['basophil', 'eosinophil', 'erythroblast', 'ig', 'lymphocyte', 'monocyte', 'neutrophil', 'platelet'],
    [1400, 200, 400],
    false,
  ),
  taskOf(
    'lung_ct_cancer',
    'Lung CT cancer',
    'thoracic imaging',
    'CT',
    'lung',
    ['adenocarcinoma', 'large cell', 'normal', 'squamous'],
    [613, 72, 315],
    false,
  ),
  taskOf(
    'skin_dermoscopy',
    'Skin dermoscopy',
    'dermatology',
    'dermoscopy',
    'skin',
    ['melanoma', 'naevus', 'keratosis', 'basal cell carcinoma', 'vascular'],
    [1400, 200, 400],
    false,
    'CC BY-NC 4.0',
  ),
]
const byKey = new Map(tasks.map((t) => [t.key, t]))
export const taskByKey = (key: string) => byKey.get(key)!

const suiteOf = (
  key: string,
  title: string,
  summary: string,
  orders: [string, string, string[]][],
  reason: string | null,
) => ({
  id: `Suite:${key}`,
  key,
  title,
  summary,
  tasks: orders[0]![2].map(taskByKey),
  orders: orders.map(([k, t, keys]) => ({
    key: k,
    title: t,
    taskKeys: keys,
    hash: digest(k + keys.join()).slice(0, 12),
  })),
  modelKey: 'tiny',
  corpusKey: key.startsWith('real') ? 'real-figures' : 'phantom-figures',
  available: reason === null,
  unavailableReason: reason,
  defaults: { stepsPerTask: 60, learningRate: 0.0003, evalLimit: 200 },
})
const phantom = tasks.slice(0, 6).map((t) => t.key)
const real = tasks.slice(6).map((t) => t.key)
export const suites = [
  suiteOf(
    'phantom-3',
    'Phantom demo (3 tasks)',
    'Three procedural tasks; finishes in minutes. Synthetic images, no clinical meaning.',
    [
      ['default', 'X-ray, MRI, fundus', phantom.slice(0, 3)],
      ['reverse', 'Fundus, MRI, X-ray', phantom.slice(0, 3).reverse()],
    ],
    null,
  ),
  suiteOf(
    'phantom-6',
    'Phantom (6 modalities)',
    'Six procedural tasks over six modalities. Synthetic images, no clinical meaning.',
    [
      ['default', 'By modality', phantom],
      ['reverse', 'Reversed', [...phantom].reverse()],
    ],
    null,
  ),
  suiteOf(
    'real-6',
    'Real images (6 tasks)',
    'Six open-licence image tasks with literature figures from PubMed Central.',
    [['default', 'As listed', real]],
    'The packs of this suite are not imported. Run: npm run import -- --suite real-6',
  ),
]
export const suiteByKey = (key: string) => suites.find((s) => s.key === key)!

const weights = (extra: Record<string, unknown>) => ({
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  type: 'object',
  properties: extra,
  additionalProperties: false,
})
const primed = weights({
  alpha: {
    type: 'number',
    minimum: 0,
    maximum: 100,
    default: 1,
    title: 'Alpha',
    description: 'Weight of contrastive knowledge transfer (CKT)',
  },
  beta: {
    type: 'number',
    minimum: 0,
    maximum: 100,
    default: 0.25,
    description: 'Weight of cross-modality consistency (CMC)',
  },
  lambda: { type: 'number', minimum: 0, default: 1, description: 'Weight of the dynamic Fisher guard (DFG)' },
  temperature: {
    type: 'number',
    exclusiveMinimum: 0,
    default: 2,
    description: 'Distillation temperature on top of the logit scale',
  },
  teacher: {
    type: 'string',
    enum: ['last', 'initial', 'average'],
    default: 'last',
    description: 'The frozen model whose behaviour is kept',
  },
  referenceBatch: {
    type: 'integer',
    minimum: 2,
    maximum: 4096,
    default: 32,
    description: 'Pairs drawn from the reference set per step',
  },
  guard: { type: 'boolean', default: true, description: 'Recompute the Fisher weights at every step' },
  siphon: {
    type: 'array',
    items: { type: 'integer', minimum: 0 },
    default: [30, 80, 100],
    description: 'Parts task : domain : general of the reference set',
  },
})
export const methods = [
  {
    key: 'zero-shot',
    title: 'Zero-shot',
    paper: '',
    summary: 'The base model as it is; nothing is trained.',
    trains: false,
    reference: 'none',
    parameters: weights({}),
  },
  {
    key: 'fine-tune',
    title: 'Fine-tune',
    paper: '',
    summary: 'Cross-entropy on the task alone; the lower bound for forgetting.',
    trains: true,
    reference: 'none',
    parameters: weights({}),
  },
  {
    key: 'l2',
    title: 'L2 anchor',
    paper: '',
    summary: 'Cross-entropy with a pull towards the weights after the last task.',
    trains: true,
    reference: 'none',
    parameters: weights({
      lambda: { type: 'number', exclusiveMinimum: 0, default: 1, description: 'Strength of the pull' },
    }),
  },
  {
    key: 'primed-uni',
    title: 'PRIMED (uniform)',
    paper: 'PRIMED 2025, arXiv 2512.13072',
    summary: 'CKT + CMC + DFG on one uniform reference set.',
    trains: true,
    reference: 'uniform',
    parameters: primed,
  },
  {
    key: 'primed-dyn',
    title: 'PRIMED (dynamic)',
    paper: 'PRIMED 2025, arXiv 2512.13072',
    summary: 'CKT + CMC + DFG on the reference set that layered retrieval builds before each task.',
    trains: true,
    reference: 'dynamic',
    parameters: primed,
  },
]
export const addOns = [
  {
    key: 'stress',
    title: 'Retrieval stress test',
    paper: 'MedRGB 2024',
    summary: 'Replaces a share of the reference pairs by wrong ones, to see how much a method suffers.',
    version: 1,
    needs: 'reference',
    parameters: weights({
      share: { type: 'number', minimum: 0, maximum: 1, default: 0.25, description: 'Spoiled share' },
    }),
  },
  {
    key: 'ties-merge',
    title: 'TIES merge of domains',
    paper: 'MMedExpert-R1 2026',
    summary: 'After each task, merges the weight changes of all domains.',
    version: 1,
    needs: 'nothing',
    parameters: weights({}),
  },
]
export const methodByKey = (key: string) => methods.find((m) => m.key === key)!

const metricTexts = [
  {
    key: 'transfer',
    title: 'Transfer',
    definition:
      'Mean accuracy on tasks that are not learned yet (above the diagonal, rows from 0), mean over tasks 2..T.',
    better: 'higher',
    unit: 'percent',
  },
  {
    key: 'avg',
    title: 'Avg',
    definition: 'Mean over tasks and over all rows after training.',
    better: 'higher',
    unit: 'percent',
  },
  {
    key: 'last',
    title: 'Last',
    definition: 'Mean of the last row: all tasks, after the last one.',
    better: 'higher',
    unit: 'percent',
  },
  {
    key: 'auc',
    title: 'AUC',
    definition: 'Mean macro one-vs-rest area under the ROC curve in the last row.',
    better: 'higher',
    unit: 'percent',
  },
  {
    key: 'bwt',
    title: 'BWT',
    definition: 'Mean over j < T of A[T][j] - A[j][j]: what later training did to learned tasks.',
    better: 'higher',
    unit: 'percent',
  },
  {
    key: 'forgetting.fromBest',
    title: 'Forgetting',
    definition: 'Mean over j < T of the best earlier accuracy minus the last one.',
    better: 'lower',
    unit: 'percent',
  },
]

export const metrics = metricTexts.map((metric) => ({
  ...metric,
  formula: '1/T · Σ_{j=1..T} A[T][j]',
  convention: 'A[i][j] is the accuracy on task j after task i was trained.',
  source: 'made up',
  needs: 'the cells it names',
}))

export const runSettings = {
  type: 'object',
  properties: {
    suite: { type: 'string' },
    order: { type: 'string' },
    method: { type: 'string' },
    parameters: { type: 'object' },
    seed: { default: 42, type: 'integer', minimum: 0, maximum: 2147483647 },
    stepsPerTask: { default: 100, type: 'integer', minimum: 1, maximum: 1000000 },
    batchSize: { default: 32, type: 'integer', minimum: 2, maximum: 4096 },
    learningRate: { default: 0.0001, type: 'number', exclusiveMinimum: 0, maximum: 1 },
    warmupSteps: { default: 10, type: 'integer', minimum: 0, maximum: 100000 },
    weightDecay: { default: 0, type: 'number', minimum: 0, maximum: 1 },
    labelSmoothing: { default: 0.2, type: 'number', minimum: 0, maximum: 0.9 },
    evalLimit: {
      default: null,
      anyOf: [{ type: 'integer', exclusiveMinimum: 0 }, { type: 'null' }],
      description: 'Cap on evaluated images per task; empty evaluates all',
    },
    evalBatchSize: { default: 64, type: 'integer', minimum: 1, maximum: 4096 },
    model: { default: null, anyOf: [{ type: 'string', pattern: '^[a-z0-9][a-z0-9_.-]*$' }, { type: 'null' }] },
  },
}

const MODALITIES = ['X-ray', 'CT', 'MRI', 'fundus', 'ultrasound', 'microscopy']
const FINDINGS = [
  'a pleural effusion',
  'a solitary nodule',
  'a ring-enhancing mass',
  'an enlarged optic cup',
  'a hypoechoic mass with irregular margins',
  'a blast with scant cytoplasm',
  'lobar consolidation',
  'no abnormality',
]
const SITES = [
  'in the left lower lobe',
  'in the right frontal lobe',
  'temporal to the disc',
  'in the upper outer quadrant',
  'at the lung base',
  'in peripheral blood',
]
const LICENCES: [string, string][] = [
  ['CC BY 4.0', 'commercial'],
  ['CC0 1.0', 'commercial'],
  ['CC BY-NC 4.0', 'non-commercial'],
]

export function figureOf(corpus: string, index: number) {
  const random = generator(index * 7919 + corpus.length)
  const pick = <T>(items: readonly T[]) => items[Math.floor(random() * items.length)]!
  const modality = pick(MODALITIES)
  const [licence, licenceGroup] = pick(LICENCES)
  const real = corpus === 'real-figures'
  return {
    id: `${corpus}/${index}`,
    key: `fig-${String(index).padStart(5, '0')}`,
    corpusKey: corpus,
    caption:
      `${modality === 'fundus' ? 'Fundus photograph' : `${modality} image`} showing ${pick(FINDINGS)} ${pick(SITES)}. ${random() > 0.5 ? `(${pick(['A', 'B', 'C'])}) Follow-up after ${2 + Math.floor(random() * 10)} months; the finding is unchanged in size and the surrounding tissue shows no reaction.` : ''}`.trim(),
    modality,
    anatomy: pick(['chest', 'brain', 'eye', 'breast', 'blood']),
    licence,
    licenceGroup,
    article: real ? `Imaging features of ${pick(FINDINGS)}: a case series` : 'Phantom literature',
    articleKey: `article-${index >> 2}`,
    journal: real ? 'PLOS ONE' : '',
    year: real ? 2008 + (index % 16) : null,
    label: '',
    panel: null,
    retracted: false,
    guidedRunCount: index % 3,
    recall: null,
    pmid: real ? String(31000000 + index) : null,
    pmcid: real ? `PMC${7000000 + index}` : null,
    doi: real ? `10.1371/journal.pone.${index}` : null,
    url: real ? `https://www.ncbi.nlm.nih.gov/pmc/articles/PMC${7000000 + index}/` : null,
    credit: real ? 'Authors of the article' : 'Procedural phantom',
    imageUrl: `/figures/${corpus}/fig-${String(index).padStart(5, '0')}.jpg`,
  }
}

const index = {
  store: 'lancedb',
  encoderId: `sha256:${digest('tiny').slice(0, 24)}`,
  dim: 64,
}

export const corpora = [
  {
    id: 'Corpus:phantom-figures',
    key: 'phantom-figures',
    title: 'Phantom figures',
    figures: 6144,
    modalities: MODALITIES,
    licenceGroups: ['commercial'],
    indexed: true,
    index: {
      ...index,
      ...{ indexType: 'flat', rows: 6144, version: `v3-${digest('phantom-figures').slice(0, 8)}`, bytes: 4_215_808 },
      exact: true,
      honesty: null,
    },
    digest: digest('pf'),
    synthetic: true,
    exampleQuestions: [
      'A chest X-ray photo of a pleural effusion',
      'A brain MRI photo of a ring-enhancing mass',
      'A fundus photo of an enlarged optic cup in the eye',
    ],
  },
  {
    id: 'Corpus:real-figures',
    key: 'real-figures',
    title: 'Open-access figures',
    figures: 2310,
    modalities: MODALITIES.slice(0, 5),
    licenceGroups: ['commercial', 'non-commercial'],
    indexed: true,
    index: {
      ...index,
      ...{ indexType: 'ivf_rq', rows: 2310, version: `v3-${digest('real-figures').slice(0, 8)}`, bytes: 2_011_440 },
      exact: false,
      honesty: {
        ...{ k: 100, probes: 25, recall: 0.973, worstRecall: 0.88, latencyP50: 3.1, latencyP95: 7.4, bytes: 2_011_440 },
        byModality: MODALITIES.slice(0, 5).map((modality, i) => ({ modality, probes: 5, recall: 0.993 - i * 0.01 })),
        measuredAt: '2026-01-12T09:30:00.000Z',
      },
    },
    digest: digest('rf'),
    synthetic: false,
    exampleQuestions: ['Dermoscopy of melanoma with a blue-white veil', 'CT of squamous cell carcinoma of the lung'],
  },
]

export function figureSvg(name: string): string {
  const random = generator([...name].reduce((sum, char) => sum * 31 + char.charCodeAt(0), 7))
  const grey = (v: number) => `rgb(${v},${v},${v})`
  const blobs = Array.from(
    { length: 7 },
    () =>
      `<ellipse cx="${20 + random() * 120}" cy="${20 + random() * 120}" rx="${6 + random() * 34}" ry="${6 + random() * 34}" fill="${grey(Math.floor(random() * 220))}" opacity="${0.25 + random() * 0.4}"/>`,
  )
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 160 160" width="160" height="160"><defs><filter id="b"><feGaussianBlur stdDeviation="4"/></filter></defs><rect width="160" height="160" fill="${grey(14 + Math.floor(random() * 20))}"/><ellipse cx="80" cy="82" rx="${52 + random() * 18}" ry="${58 + random() * 14}" fill="${grey(90)}" filter="url(#b)"/><g filter="url(#b)">${blobs.join('')}</g></svg>`
}

/** A class of a synthetic domain: a direction in the domain's cluster and the words that captions have for it. */
export interface SyntheticFinding {
  id: string
  site: string
  /** Names for captions, the first is the usual one. Other domains may use the same words for other directions. */
  words: readonly string[]
}

/** One imaging domain: a cluster of vectors and its vocabulary. */
export interface SyntheticDomain {
  id: string
  /** Keyword of questions and of `Figure.modality`. */
  keyword: string
  /** Clinical domain in words. */
  field: string
  /** What captions call such a picture. */
  pictures: readonly string[]
  findings: readonly SyntheticFinding[]
  /** Ids of the findings that its task asks for; null for domains that only the literature has. */
  task: readonly string[] | null
}

const finding = (id: string, site: string, ...words: string[]): SyntheticFinding => ({ id, site, words })

/** Domains in pairs that share sites and findings by name, so that words alone lead from one into the other. */
export const syntheticDomains: readonly SyntheticDomain[] = [
  {
    id: 'histopathology',
    keyword: 'histopathology',
    field: 'gastrointestinal pathology',
    pictures: ['histopathology', 'histopathology slide', 'H&E section', 'biopsy section'],
    findings: [
      finding('normal', 'colon', 'normal mucosa', 'regular crypts'),
      finding('adenocarcinoma', 'colon', 'adenocarcinoma', 'malignant glands'),
      finding('adenoma', 'colon', 'tubular adenoma', 'dysplastic glands'),
      finding('serrated', 'colon', 'serrated lesion', 'sawtooth crypts'),
      finding('colitis', 'colon', 'ulcerative colitis', 'crypt abscess'),
      finding('gastritis', 'stomach', 'chronic gastritis', 'Helicobacter gastritis'),
      finding('metaplasia', 'stomach', 'intestinal metaplasia', 'goblet cells'),
      finding('ductal', 'breast', 'invasive carcinoma', 'ductal carcinoma'),
    ],
    task: ['normal', 'adenocarcinoma', 'adenoma', 'serrated', 'colitis'],
  },
  {
    id: 'x-ray',
    keyword: 'X-ray',
    field: 'chest radiography',
    pictures: ['X-ray', 'radiograph', 'plain film', 'chest radiograph'],
    findings: [
      finding('normal', 'lung', 'clear lungs', 'normal anatomy'),
      finding('pneumonia', 'lung', 'pneumonia', 'lobar consolidation'),
      finding('effusion', 'lung', 'pleural effusion', 'blunted angle'),
      finding('nodule', 'lung', 'pulmonary nodule', 'coin lesion'),
      finding('pneumothorax', 'lung', 'pneumothorax', 'collapsed lung'),
      finding('cardiomegaly', 'chest', 'cardiomegaly', 'enlarged heart'),
      finding('fracture', 'chest', 'rib fracture', 'broken rib'),
      finding('tuberculosis', 'lung', 'tuberculosis', 'apical cavity'),
    ],
    task: ['normal', 'pneumonia', 'effusion', 'nodule', 'pneumothorax'],
  },
  {
    id: 'colonoscopy',
    keyword: 'colonoscopy',
    field: 'gastrointestinal endoscopy',
    pictures: ['colonoscopy', 'colonoscopic view', 'coloscopy', 'lower endoscopy'],
    findings: [
      finding('normal', 'colon', 'normal mucosa', 'smooth folds'),
      finding('carcinoma', 'colon', 'adenocarcinoma', 'obstructing mass'),
      finding('adenoma', 'colon', 'tubular adenoma', 'pedunculated polyp'),
      finding('serrated', 'colon', 'serrated lesion', 'flat polyp'),
      finding('colitis', 'colon', 'ulcerative colitis', 'friable mucosa'),
      finding('diverticula', 'colon', 'diverticulosis', 'diverticula'),
      finding('haemorrhoids', 'rectum', 'haemorrhoids', 'dilated veins'),
      finding('proctitis', 'rectum', 'proctitis', 'radiation injury'),
    ],
    task: ['normal', 'carcinoma', 'adenoma', 'serrated', 'colitis'],
  },
  {
    id: 'ct',
    keyword: 'CT',
    field: 'thoracic computed tomography',
    pictures: ['CT', 'computed tomography', 'CT scan', 'CT slice'],
    findings: [
      finding('normal', 'lung', 'clear lungs', 'normal anatomy'),
      finding('pneumonia', 'lung', 'pneumonia', 'ground-glass opacity'),
      finding('effusion', 'lung', 'pleural effusion', 'dependent fluid'),
      finding('nodule', 'lung', 'pulmonary nodule', 'benign nodule'),
      finding('emphysema', 'lung', 'emphysema', 'bullae'),
      finding('embolism', 'chest', 'pulmonary embolism', 'filling defect'),
      finding('stroke', 'brain', 'ischaemic stroke', 'hypodense territory'),
      finding('haematoma', 'brain', 'subdural haematoma', 'crescent collection'),
    ],
    task: ['normal', 'pneumonia', 'effusion', 'nodule', 'emphysema'],
  },
  {
    id: 'fundus',
    keyword: 'fundus',
    field: 'retinal photography',
    pictures: ['fundus photograph', 'retinal photograph', 'colour fundus image', 'fundus'],
    findings: [
      finding('normal', 'retina', 'normal retina', 'healthy fundus'),
      finding('retinopathy', 'retina', 'diabetic retinopathy', 'dot haemorrhages'),
      finding('drusen', 'retina', 'drusen', 'yellow deposits'),
      finding('oedema', 'retina', 'macular oedema', 'hard exudates'),
      finding('glaucoma', 'retina', 'glaucoma', 'enlarged cup'),
      finding('occlusion', 'retina', 'vein occlusion', 'flame haemorrhages'),
      finding('hole', 'macula', 'macular hole', 'round defect'),
      finding('detachment', 'retina', 'retinal detachment', 'elevated retina'),
    ],
    task: ['normal', 'retinopathy', 'drusen', 'oedema', 'glaucoma'],
  },
  {
    id: 'oct',
    keyword: 'OCT',
    field: 'retinal tomography',
    pictures: ['OCT', 'optical coherence tomography', 'OCT scan', 'retinal OCT'],
    findings: [
      finding('normal', 'retina', 'normal retina', 'normal layers'),
      finding('retinopathy', 'retina', 'diabetic retinopathy', 'intraretinal cysts'),
      finding('drusen', 'retina', 'drusen', 'dome elevations'),
      finding('oedema', 'retina', 'macular oedema', 'thickened retina'),
      finding('glaucoma', 'retina', 'glaucoma', 'thin nerve fibre layer'),
      finding('hole', 'macula', 'macular hole', 'full-thickness gap'),
      finding('membrane', 'macula', 'epiretinal membrane', 'wrinkled surface'),
      finding('detachment', 'retina', 'retinal detachment', 'subretinal fluid'),
    ],
    task: ['normal', 'retinopathy', 'drusen', 'oedema', 'glaucoma'],
  },
  {
    id: 'mri',
    keyword: 'MRI',
    field: 'brain magnetic resonance imaging',
    pictures: ['MRI', 'magnetic resonance image', 'MR scan', 'brain MRI'],
    findings: [
      finding('normal', 'brain', 'normal brain', 'normal anatomy'),
      finding('glioma', 'brain', 'glioma', 'infiltrating tumour'),
      finding('meningioma', 'brain', 'meningioma', 'dural mass'),
      finding('stroke', 'brain', 'ischaemic stroke', 'restricted diffusion'),
      finding('sclerosis', 'brain', 'multiple sclerosis', 'periventricular plaques'),
      finding('tear', 'knee', 'meniscal tear', 'torn meniscus'),
    ],
    task: null,
  },
  {
    id: 'ultrasound',
    keyword: 'ultrasound',
    field: 'breast ultrasound',
    pictures: ['ultrasound', 'sonogram', 'ultrasound scan', 'B-mode image'],
    findings: [
      finding('normal', 'breast', 'normal breast tissue', 'fibroglandular tissue'),
      finding('cyst', 'breast', 'simple cyst', 'anechoic lesion'),
      finding('fibroadenoma', 'breast', 'fibroadenoma', 'oval mass'),
      finding('carcinoma', 'breast', 'invasive carcinoma', 'irregular mass'),
      finding('goitre', 'thyroid', 'goitre', 'enlarged thyroid'),
      finding('nodule', 'thyroid', 'papillary carcinoma', 'hypoechoic nodule'),
    ],
    task: null,
  },
  {
    id: 'mammography',
    keyword: 'mammography',
    field: 'breast screening',
    pictures: ['mammography', 'mammogram', 'tomosynthesis', 'mammographic view'],
    findings: [
      finding('normal', 'breast', 'normal breast tissue', 'fatty breast'),
      finding('cyst', 'breast', 'simple cyst', 'round density'),
      finding('fibroadenoma', 'breast', 'fibroadenoma', 'circumscribed mass'),
      finding('carcinoma', 'breast', 'invasive carcinoma', 'spiculated mass'),
      finding('calcification', 'breast', 'microcalcifications', 'clustered calcifications'),
      finding('asymmetry', 'breast', 'focal asymmetry', 'asymmetric density'),
    ],
    task: null,
  },
  {
    id: 'dermoscopy',
    keyword: 'dermoscopy',
    field: 'dermatology',
    pictures: ['dermoscopy', 'dermatoscopic image', 'dermatoscopy', 'dermoscopic view'],
    findings: [
      finding('naevus', 'skin', 'melanocytic naevus', 'benign mole'),
      finding('melanoma', 'skin', 'melanoma', 'atypical network'),
      finding('basal', 'skin', 'basal cell carcinoma', 'arborising vessels'),
      finding('keratosis', 'skin', 'seborrhoeic keratosis', 'milia-like cysts'),
      finding('fibroma', 'skin', 'dermatofibroma', 'central white patch'),
      finding('actinic', 'skin', 'actinic keratosis', 'strawberry pattern'),
    ],
    task: null,
  },
  {
    id: 'endoscopy',
    keyword: 'endoscopy',
    field: 'upper endoscopy',
    pictures: ['endoscopy', 'gastroscopy', 'endoscopic view', 'upper endoscopy'],
    findings: [
      finding('normal', 'stomach', 'normal mucosa', 'regular rugae'),
      finding('gastritis', 'stomach', 'chronic gastritis', 'patchy erythema'),
      finding('ulcer', 'stomach', 'peptic ulcer', 'ulcer base'),
      finding('metaplasia', 'stomach', 'intestinal metaplasia', 'grey patches'),
      finding('varices', 'oesophagus', 'varices', 'dilated veins'),
      finding('barrett', 'oesophagus', 'Barrett oesophagus', 'salmon tongues'),
    ],
    task: null,
  },
  {
    id: 'cytology',
    keyword: 'cytology',
    field: 'cytopathology',
    pictures: ['cytology', 'fine needle aspirate', 'cytology smear', 'Pap smear'],
    findings: [
      finding('normal', 'cervix', 'normal squamous cells', 'superficial cells'),
      finding('low-grade', 'cervix', 'low-grade lesion', 'koilocytes'),
      finding('high-grade', 'cervix', 'high-grade lesion', 'dark nuclei'),
      finding('papillary', 'thyroid', 'papillary carcinoma', 'nuclear grooves'),
      finding('goitre', 'thyroid', 'goitre', 'abundant colloid'),
      finding('mesothelial', 'pleura', 'mesothelial cells', 'reactive cells'),
    ],
    task: null,
  },
]

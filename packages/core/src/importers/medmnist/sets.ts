import type { TaskClass } from '../../contracts/index.ts'
import { classesOf } from '../public/definition.ts'

/** A set of MedMNIST v2 (Yang et al., Scientific Data 2023): 28 to 224 pixels, published splits, one .npz a size. */
export interface MedMnistSet {
  /** File name without ".npz", importer and task id: "pathmnist". */
  id: string
  name: string
  domain: string
  modality: string
  anatomy: string
  channels: 1 | 3
  /** By label. */
  classes: readonly TaskClass[]
  /** Several labels an image: only images with exactly one are read. */
  multiLabel: boolean
  /** Images in train, val and test. */
  images: readonly [train: number, val: number, test: number]
  licence: string
}

const CC_BY = 'CC BY 4.0'

const organs = classesOf(
  [
    ['bladder', 'Bladder'],
    ['femur-left', 'Left femur'],
    ['femur-right', 'Right femur'],
    ['heart', 'Heart'],
    ['kidney-left', 'Left kidney'],
    ['kidney-right', 'Right kidney'],
    ['liver', 'Liver'],
    ['lung-left', 'Left lung'],
    ['lung-right', 'Right lung'],
    ['pancreas', 'Pancreas'],
    ['spleen', 'Spleen'],
  ].map(([id, name]) => [id!, name!, `an abdominal CT of the ${name!.toLowerCase()}`] as const),
)

const organ = (plane: string, view: string, images: MedMnistSet['images']): MedMnistSet => ({
  id: `organ${plane}mnist`,
  name: `Organ${plane.toUpperCase()}MNIST, ${view} view`,
  domain: 'abdominal computed tomography',
  modality: 'CT',
  anatomy: 'abdomen',
  channels: 1,
  classes: organs,
  multiLabel: false,
  images,
  licence: CC_BY,
})

export const medMnistSets: readonly MedMnistSet[] = [
  {
    id: 'pathmnist',
    name: 'PathMNIST',
    domain: 'histopathology',
    modality: 'pathology',
    anatomy: 'colon',
    channels: 3,
    classes: classesOf([
      ['adipose', 'Adipose', 'a histology slide of adipose tissue'],
      ['background', 'Background', 'a histology slide of background without tissue'],
      ['debris', 'Debris', 'a histology slide of debris'],
      ['lymphocytes', 'Lymphocytes', 'a histology slide of lymphocytes'],
      ['mucus', 'Mucus', 'a histology slide of mucus'],
      ['smooth-muscle', 'Smooth muscle', 'a histology slide of smooth muscle'],
      ['normal-mucosa', 'Normal colon mucosa', 'a histology slide of normal colon mucosa'],
      ['stroma', 'Cancer-associated stroma', 'a histology slide of cancer-associated stroma'],
      [
        'adenocarcinoma',
        'Colorectal adenocarcinoma epithelium',
        'a histology slide of colorectal adenocarcinoma epithelium',
      ],
    ]),
    multiLabel: false,
    images: [89_996, 10_004, 7180],
    licence: CC_BY,
  },
  {
    id: 'chestmnist',
    name: 'ChestMNIST, images with one finding',
    domain: 'chest radiography',
    modality: 'X-ray',
    anatomy: 'chest',
    channels: 1,
    classes: classesOf(
      [
        ['atelectasis', 'Atelectasis'],
        ['cardiomegaly', 'Cardiomegaly'],
        ['effusion', 'Effusion'],
        ['infiltration', 'Infiltration'],
        ['mass', 'Mass'],
        ['nodule', 'Nodule'],
        ['pneumonia', 'Pneumonia'],
        ['pneumothorax', 'Pneumothorax'],
        ['consolidation', 'Consolidation'],
        ['edema', 'Edema'],
        ['emphysema', 'Emphysema'],
        ['fibrosis', 'Fibrosis'],
        ['pleural', 'Pleural thickening'],
        ['hernia', 'Hernia'],
      ].map(([id, name]) => [id!, name!, `a chest X-ray with ${name!.toLowerCase()}`] as const),
    ),
    multiLabel: true,
    images: [78_468, 11_219, 22_433],
    licence: CC_BY,
  },
  {
    id: 'dermamnist',
    name: 'DermaMNIST',
    domain: 'dermatology',
    modality: 'dermoscopy',
    anatomy: 'skin',
    channels: 3,
    classes: classesOf([
      [
        'actinic-keratoses',
        'Actinic keratoses and intraepithelial carcinoma',
        'a dermoscopic image of actinic keratosis',
      ],
      ['basal-cell-carcinoma', 'Basal cell carcinoma', 'a dermoscopic image of basal cell carcinoma'],
      ['benign-keratosis', 'Benign keratosis-like lesions', 'a dermoscopic image of a benign keratosis'],
      ['dermatofibroma', 'Dermatofibroma', 'a dermoscopic image of a dermatofibroma'],
      ['melanoma', 'Melanoma', 'a dermoscopic image of a melanoma'],
      ['melanocytic-nevi', 'Melanocytic nevi', 'a dermoscopic image of a melanocytic nevus'],
      ['vascular-lesions', 'Vascular lesions', 'a dermoscopic image of a vascular lesion'],
    ]),
    multiLabel: false,
    images: [7007, 1003, 2005],
    licence: 'CC BY-NC 4.0',
  },
  {
    id: 'octmnist',
    name: 'OCTMNIST',
    domain: 'ophthalmology',
    modality: 'OCT',
    anatomy: 'retina',
    channels: 1,
    classes: classesOf([
      ['cnv', 'Choroidal neovascularization', 'a retinal OCT of choroidal neovascularization'],
      ['dme', 'Diabetic macular edema', 'a retinal OCT of diabetic macular edema'],
      ['drusen', 'Drusen', 'a retinal OCT of drusen'],
      ['normal', 'Normal', 'a normal retinal OCT'],
    ]),
    multiLabel: false,
    images: [97_477, 10_832, 1000],
    licence: CC_BY,
  },
  {
    id: 'pneumoniamnist',
    name: 'PneumoniaMNIST',
    domain: 'chest radiography',
    modality: 'X-ray',
    anatomy: 'chest',
    channels: 1,
    classes: classesOf([
      ['normal', 'Normal', 'a normal chest X-ray'],
      ['pneumonia', 'Pneumonia', 'a chest X-ray of pneumonia'],
    ]),
    multiLabel: false,
    images: [4708, 524, 624],
    licence: CC_BY,
  },
  {
    id: 'retinamnist',
    name: 'RetinaMNIST',
    domain: 'ophthalmology',
    modality: 'fundus',
    anatomy: 'retina',
    channels: 3,
    classes: classesOf([
      ['grade-0', 'No diabetic retinopathy', 'a fundus photograph without diabetic retinopathy'],
      ['grade-1', 'Mild', 'a fundus photograph of mild diabetic retinopathy'],
      ['grade-2', 'Moderate', 'a fundus photograph of moderate diabetic retinopathy'],
      ['grade-3', 'Severe', 'a fundus photograph of severe diabetic retinopathy'],
      ['grade-4', 'Proliferative', 'a fundus photograph of proliferative diabetic retinopathy'],
    ]),
    multiLabel: false,
    images: [1080, 120, 400],
    licence: CC_BY,
  },
  {
    id: 'breastmnist',
    name: 'BreastMNIST',
    domain: 'breast imaging',
    modality: 'ultrasound',
    anatomy: 'breast',
    channels: 1,
    classes: classesOf([
      ['malignant', 'Malignant', 'a breast ultrasound of a malignant tumour'],
      ['normal-benign', 'Normal or benign', 'a breast ultrasound without a malignant tumour'],
    ]),
    multiLabel: false,
    images: [546, 78, 156],
    licence: CC_BY,
  },
  {
    id: 'bloodmnist',
    name: 'BloodMNIST',
    domain: 'haematology',
    modality: 'light microscopy',
    anatomy: 'blood',
    channels: 3,
    classes: classesOf([
      ['basophil', 'Basophil', 'a blood smear with a basophil'],
      ['eosinophil', 'Eosinophil', 'a blood smear with an eosinophil'],
      ['erythroblast', 'Erythroblast', 'a blood smear with an erythroblast'],
      ['immature-granulocyte', 'Immature granulocyte', 'a blood smear with an immature granulocyte'],
      ['lymphocyte', 'Lymphocyte', 'a blood smear with a lymphocyte'],
      ['monocyte', 'Monocyte', 'a blood smear with a monocyte'],
      ['neutrophil', 'Neutrophil', 'a blood smear with a neutrophil'],
      ['platelet', 'Platelet', 'a blood smear with a platelet'],
    ]),
    multiLabel: false,
    images: [11_959, 1712, 3421],
    licence: CC_BY,
  },
  {
    id: 'tissuemnist',
    name: 'TissueMNIST',
    domain: 'histopathology',
    modality: 'fluorescence microscopy',
    anatomy: 'kidney',
    channels: 1,
    classes: classesOf(
      [
        ['collecting-duct', 'Collecting duct, connecting tubule', 'the collecting duct'],
        ['distal-tubule', 'Distal convoluted tubule', 'the distal convoluted tubule'],
        ['glomerular-endothelium', 'Glomerular endothelial cells', 'the glomerular endothelium'],
        ['interstitial-endothelium', 'Interstitial endothelial cells', 'the interstitial endothelium'],
        ['leukocytes', 'Leukocytes', 'leukocytes'],
        ['podocytes', 'Podocytes', 'podocytes'],
        ['proximal-tubule', 'Proximal tubule segments', 'the proximal tubule'],
        ['thick-ascending-limb', 'Thick ascending limb', 'the thick ascending limb'],
      ].map(([id, name, words]) => [id!, name!, `a microscopy image of a kidney cell of ${words}`] as const),
    ),
    multiLabel: false,
    images: [165_466, 23_640, 47_280],
    licence: CC_BY,
  },
  organ('a', 'axial', [34_561, 6491, 17_778]),
  organ('c', 'coronal', [12_975, 2392, 8216]),
  organ('s', 'sagittal', [13_932, 2452, 8827]),
]

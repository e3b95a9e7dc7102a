import { classesOf, type PublicDataset } from '../definition.ts'
import { labelTable } from '../labelTable.ts'

const DIAGNOSES = [
  'nevus',
  'melanoma',
  'basal cell carcinoma',
  'seborrheic keratosis',
  'actinic keratosis',
  'squamous cell carcinoma',
  'pigmented benign keratosis',
  'solar lentigo',
  'dermatofibroma',
  'vascular lesion',
  'lichenoid keratosis',
  'lentigo NOS',
  'lentigo simplex',
  'verruca',
  'acrochordon',
  'angioma',
  'scar',
  'AIMP',
  'atypical melanocytic proliferation',
  'atypical spitz tumor',
  'angiofibroma or fibrous papule',
  'angiokeratoma',
  'cafe-au-lait macule',
  'clear cell acanthoma',
  'cylindroma',
  'epidermal nevus',
  'melanoma metastasis',
  'mucosal melanosis',
  'neurofibroma',
  'nevus spilus',
  'pyogenic granuloma',
  'sebaceous adenoma',
  'sebaceous hyperplasia',
] as const

const idOf = (name: string) => name.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')
const classes = classesOf(
  DIAGNOSES.map((name) => [
    idOf(name),
    name,
    `a dermoscopic image of ${name === 'AIMP' ? 'atypical intraepidermal melanocytic proliferation' : name}`,
  ]),
)
const known = new Map(DIAGNOSES.map((name) => [name.toLowerCase(), idOf(name)]))

export const isic2024: PublicDataset = {
  id: 'isic-2024',
  name: 'ISIC archive, state of 2024',
  domain: 'dermatology',
  modality: 'dermoscopy',
  anatomy: 'skin',
  classes,
  images: 81_722,
  source: 'https://www.isic-archive.com',
  access: 'account',
  licence: 'CC0, CC BY or CC BY-NC by image (column copyright_license)',
  citation: 'International Skin Imaging Collaboration, ISIC archive',
  layout:
    'metadata.csv (isic_id, diagnosis or diagnosis_1 to diagnosis_5, lesion_id, patient_id) and images/<isic_id>.jpg.',
  splits: 'made here: 70 / 10 / 20 by patient_id, else by lesion_id, else by image.',
  unverified:
    'the 33 classes of the published study; here 33 diagnoses of the archive, images with any other or no diagnosis are left out.',
  mayLackClasses: true,
  list: labelTable({
    classes,
    tables: [{ places: ['metadata.csv', 'images/metadata.csv'] }],
    columns: ['isic_id'],
    imageFolders: ['images', 'train-image', 'image'],
    imageKey: (row) => row.isic_id!,
    // The finest diagnosis that is a class: newer tables go from coarse (diagnosis_1) to fine (diagnosis_5).
    labels: (row) => {
      const columns = ['diagnosis_5', 'diagnosis_4', 'diagnosis_3', 'diagnosis_2', 'diagnosis_1', 'diagnosis']
      for (const column of columns) {
        const found = known.get((row[column] ?? '').toLowerCase().replace(/, nos$/, ''))
        if (found) return [found]
      }
      return []
    },
    group: (row) => row.patient_id || row.lesion_id || null,
  }),
}

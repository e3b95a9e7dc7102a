import { classFolders } from '../classFolders.ts'
import { classesOf, type PublicDataset } from '../definition.ts'
import { stemOf } from '../folders.ts'

const classes = classesOf([
  ['benign', 'Benign', 'a histology slide of a benign breast tumour'],
  ['malignant', 'Malignant', 'a histology slide of a malignant breast tumour'],
])

export const breakhis: PublicDataset = {
  id: 'breakhis',
  name: 'BreakHis',
  domain: 'histopathology',
  modality: 'pathology',
  anatomy: 'breast',
  classes,
  images: 7909,
  source: 'https://web.inf.ufpr.br/vri/databases/breast-cancer-histopathological-database-breakhis/',
  access: 'open',
  licence: 'CC BY 4.0',
  citation: 'Spanhol et al., A dataset for breast cancer histopathological image classification, IEEE TBME 2016',
  layout: 'BreaKHis_v1/histology_slides/breast/{benign,malignant}/SOB/<type>/<slide>/<magnification>/*.png.',
  splits: 'made here: 70 / 10 / 20 by patient (year and slide number of the file name, without the block letters).',
  unverified: '',
  list: classFolders({
    classes,
    parts: [{ places: ['BreaKHis_v1/histology_slides/breast', 'histology_slides/breast', 'breast', '.'] }],
    folders: { benign: 'benign', malignant: 'malignant' },
    // SOB_B_A-14-22549AB-40-001.png: year 14, patient 22549, block AB
    group: (file) => {
      const found = /^SOB_[BM]_[A-Z]+-(\d+-[0-9]+)[A-Z]*-\d+-\d+$/.exec(stemOf(file))
      return found ? found[1]! : file.split('/').at(-3)!
    },
  }),
}

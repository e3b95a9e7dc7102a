import { classesOf, type PublicDataset } from '../definition.ts'
import { labelTable, oneHot } from '../labelTable.ts'

const classes = classesOf([
  ['ett-abnormal', 'ETT - Abnormal', 'a chest X-ray with an abnormally placed endotracheal tube'],
  ['ett-borderline', 'ETT - Borderline', 'a chest X-ray with a borderline placed endotracheal tube'],
  ['ett-normal', 'ETT - Normal', 'a chest X-ray with a correctly placed endotracheal tube'],
  ['ngt-abnormal', 'NGT - Abnormal', 'a chest X-ray with an abnormally placed nasogastric tube'],
  ['ngt-borderline', 'NGT - Borderline', 'a chest X-ray with a borderline placed nasogastric tube'],
  ['ngt-incomplete', 'NGT - Incompletely Imaged', 'a chest X-ray with an incompletely imaged nasogastric tube'],
  ['ngt-normal', 'NGT - Normal', 'a chest X-ray with a correctly placed nasogastric tube'],
  ['cvc-abnormal', 'CVC - Abnormal', 'a chest X-ray with an abnormally placed central venous catheter'],
  ['cvc-borderline', 'CVC - Borderline', 'a chest X-ray with a borderline placed central venous catheter'],
  ['cvc-normal', 'CVC - Normal', 'a chest X-ray with a correctly placed central venous catheter'],
  ['swan-ganz', 'Swan Ganz Catheter Present', 'a chest X-ray with a Swan-Ganz catheter'],
])

const label = oneHot(Object.fromEntries(classes.map(({ id, name }) => [name, id])))

export const ranzcr: PublicDataset = {
  id: 'ranzcr',
  name: 'RANZCR CLiP, catheter and line position',
  domain: 'chest radiography',
  modality: 'X-ray',
  anatomy: 'chest',
  classes,
  images: 33_665,
  source: 'https://www.kaggle.com/c/ranzcr-clip-catheter-line-classification',
  access: 'account',
  licence: 'competition rules; images of NIH ChestX-ray14',
  citation: 'Tang et al., CLiP, catheter and line position dataset, Scientific Data 2021',
  layout: 'train.csv (StudyInstanceUID, eleven 0/1 columns, PatientID) and train/<StudyInstanceUID>.jpg.',
  splits: 'made here: 70 / 10 / 20 by PatientID. The 3,582 images of the public test set have no published labels.',
  unverified:
    'how the published study made one label of several; here an image with several counts as the one with the fewest images.',
  list: labelTable({
    classes,
    tables: [{ places: ['train.csv'] }],
    columns: ['StudyInstanceUID', 'PatientID', ...classes.map(({ name }) => name)],
    imageFolders: ['train'],
    imageKey: (row) => row.StudyInstanceUID!,
    labels: label,
    many: 'rarest',
    group: (row) => row.PatientID!,
  }),
}

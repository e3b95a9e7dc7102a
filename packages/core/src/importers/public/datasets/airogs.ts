import { classesOf, type PublicDataset } from '../definition.ts'
import { labelTable, oneOf } from '../labelTable.ts'

const classes = classesOf([
  ['no-referable-glaucoma', 'No referable glaucoma', 'a fundus photograph without glaucoma'],
  ['referable-glaucoma', 'Referable glaucoma', 'a fundus photograph of glaucoma'],
])

export const airogs: PublicDataset = {
  id: 'airogs',
  name: 'AIROGS, referable glaucoma',
  domain: 'ophthalmology',
  modality: 'fundus',
  anatomy: 'optic disc',
  classes,
  images: 101_442,
  source: 'https://zenodo.org/records/5793241',
  access: 'account',
  licence: 'CC BY-NC-ND 4.0',
  citation: 'De Vente et al., AIROGS: artificial intelligence for robust glaucoma screening, IEEE TMI 2024',
  layout:
    'train_labels.csv (challenge_id, class RG or NRG) and TRAIN000000.jpg ... in the folders 0 to 5 (or train, images).',
  splits: 'made here: 70 / 10 / 20 by image; the labels name no patients, so the two eyes of one may be in two splits.',
  unverified: '',
  list: labelTable({
    classes,
    tables: [{ places: ['train_labels.csv'] }],
    columns: ['challenge_id', 'class'],
    imageFolders: ['0', '1', '2', '3', '4', '5', 'train', 'images'],
    imageKey: (row) => row.challenge_id!,
    labels: oneOf('class', { NRG: 'no-referable-glaucoma', RG: 'referable-glaucoma' }),
  }),
}

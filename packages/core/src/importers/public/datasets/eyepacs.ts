import { classesOf, type PublicDataset } from '../definition.ts'
import { labelTable, oneOf } from '../labelTable.ts'

const classes = classesOf([
  ['no-dr', 'No diabetic retinopathy', 'a fundus photograph without diabetic retinopathy'],
  ['mild', 'Mild', 'a fundus photograph of mild diabetic retinopathy'],
  ['moderate', 'Moderate', 'a fundus photograph of moderate diabetic retinopathy'],
  ['severe', 'Severe', 'a fundus photograph of severe diabetic retinopathy'],
  ['proliferative', 'Proliferative', 'a fundus photograph of proliferative diabetic retinopathy'],
])

export const eyepacs: PublicDataset = {
  id: 'eyepacs',
  name: 'EyePACS, diabetic retinopathy',
  domain: 'ophthalmology',
  modality: 'fundus',
  anatomy: 'retina',
  classes,
  images: 35_126,
  source: 'https://www.kaggle.com/c/diabetic-retinopathy-detection',
  access: 'account',
  licence: 'competition rules',
  citation: 'Kaggle diabetic retinopathy detection, EyePACS, 2015',
  layout: 'trainLabels.csv (image, level 0 to 4) and train/<image>.jpeg. Pictures are large: consider --max-side 512.',
  splits: 'made here: 70 / 10 / 20 by patient (the number before _left or _right).',
  unverified: '',
  list: labelTable({
    classes,
    tables: [{ places: ['trainLabels.csv', 'trainLabels.csv/trainLabels.csv'] }],
    columns: ['image', 'level'],
    imageFolders: ['train', 'resized_train'],
    imageKey: (row) => row.image!,
    labels: oneOf('level', { '0': 'no-dr', '1': 'mild', '2': 'moderate', '3': 'severe', '4': 'proliferative' }),
    group: (row) => row.image!.replace(/_(left|right)$/, ''),
  }),
}

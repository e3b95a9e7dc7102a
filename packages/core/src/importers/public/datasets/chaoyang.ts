import { classesOf, type PublicDataset } from '../definition.ts'
import { labelTable, oneOf } from '../labelTable.ts'

const classes = classesOf([
  ['normal', 'Normal', 'a histology slide of normal colon tissue'],
  ['serrated', 'Serrated', 'a histology slide of a serrated lesion of the colon'],
  ['adenocarcinoma', 'Adenocarcinoma', 'a histology slide of a colon adenocarcinoma'],
  ['adenoma', 'Adenoma', 'a histology slide of a colon adenoma'],
])

const withoutExtension = (file: string) => file.replace(/\.[^./]+$/, '')

export const chaoyang: PublicDataset = {
  id: 'chaoyang',
  name: 'Chaoyang',
  domain: 'histopathology',
  modality: 'pathology',
  anatomy: 'colon',
  classes,
  images: 6160,
  source: 'https://github.com/bupt-ai-cz/HSA-NRL',
  access: 'open',
  licence: 'Chaoyang licence: non-commercial, no redistribution',
  citation:
    'Zhu et al., Hard sample aware noise robust learning for histopathology image classification, IEEE TMI 2022',
  layout: 'train.json and test.json (lists of { name: "train/x.JPG", label: 0 to 3 }) and the folders train and test.',
  splits: 'published train and test; a tenth of train becomes val.',
  unverified: 'that the labels 0 to 3 are normal, serrated, adenocarcinoma, adenoma in this order.',
  list: labelTable({
    classes,
    tables: [
      { places: ['train.json'], split: 'train' },
      { places: ['test.json'], split: 'test' },
    ],
    columns: ['name', 'label'],
    imageFolders: ['train', 'test'],
    imageKey: (row) => withoutExtension(row.name!.replace(/^\.\//, '')),
    fileKey: withoutExtension,
    labels: oneOf('label', { '0': 'normal', '1': 'serrated', '2': 'adenocarcinoma', '3': 'adenoma' }),
  }),
}

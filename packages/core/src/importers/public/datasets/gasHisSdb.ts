import { classFolders } from '../classFolders.ts'
import { classesOf, type PublicDataset } from '../definition.ts'

const classes = classesOf([
  ['abnormal', 'Abnormal', 'a histology slide of gastric cancer'],
  ['normal', 'Normal', 'a histology slide of normal gastric tissue'],
])

export const gasHisSdb: PublicDataset = {
  id: 'gashissdb',
  name: 'GasHisSDB, 160 x 160',
  domain: 'histopathology',
  modality: 'pathology',
  anatomy: 'stomach',
  classes,
  images: 33_284,
  source: 'https://figshare.com/articles/dataset/GasHisSDB/15066147',
  access: 'open',
  licence: 'CC BY 4.0',
  citation: 'Hu et al., GasHisSDB: a new gastric histopathology image dataset, Computers in Biology and Medicine 2022',
  layout: 'GasHisSDB/160/{Abnormal,Normal}/*.png (the folders 80 and 120 are passed over).',
  splits: 'made here: 70 / 10 / 20 by image; crops of one slide cannot be told apart by name and may be in two splits.',
  unverified:
    'the published study calls this set NuCLS but cites GasHisSDB; its 33,284 images are the number of 160 x 160 crops.',
  list: classFolders({
    classes,
    parts: [{ places: ['GasHisSDB/160', '160', '.'] }],
    folders: { abnormal: 'abnormal', normal: 'normal' },
  }),
}

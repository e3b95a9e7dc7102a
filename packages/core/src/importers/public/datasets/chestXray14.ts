import { classesOf, type PublicDataset } from '../definition.ts'
import { stemOf } from '../folders.ts'
import { labelTable } from '../labelTable.ts'

const FINDINGS = [
  'Atelectasis',
  'Cardiomegaly',
  'Effusion',
  'Infiltration',
  'Mass',
  'Nodule',
  'Pneumonia',
  'Pneumothorax',
  'Consolidation',
  'Edema',
  'Emphysema',
  'Fibrosis',
  'Pleural_Thickening',
  'Hernia',
] as const

const idOf = (name: string) => name.toLowerCase().replace('_', '-')
const classes = classesOf([
  ['no-finding', 'No finding', 'a chest X-ray without findings'],
  ...FINDINGS.map((name) => {
    const words = name.replace('_', ' ')
    return [idOf(name), words, `a chest X-ray with ${words.toLowerCase()}`] as const
  }),
])
const byName = new Map<string, string>([
  ['No Finding', 'no-finding'],
  ...FINDINGS.map((name) => [name, idOf(name)] as const),
])

export const chestXray14: PublicDataset = {
  id: 'chest-xray14',
  name: 'NIH ChestX-ray14',
  domain: 'chest radiography',
  modality: 'X-ray',
  anatomy: 'chest',
  classes,
  images: 112_120,
  source: 'https://nihcc.app.box.com/v/ChestXray-NIHCC',
  access: 'open',
  licence: 'free use with attribution (NIH Clinical Center)',
  citation: 'Wang et al., ChestX-ray8, CVPR 2017',
  layout:
    'Data_Entry_2017*.csv (Image Index, Finding Labels, Patient ID), train_val_list.txt, test_list.txt, images*/**/*.png.',
  splits: 'published train_val and test lists (by patient); a tenth of the patients of train_val becomes val.',
  unverified:
    'how the published study made one label of several; here an image with several counts as the one with the fewest images.',
  list: labelTable({
    classes,
    tables: [{ places: ['Data_Entry_2017.csv', 'Data_Entry_2017_v2020.csv'] }],
    columns: ['Image Index', 'Finding Labels', 'Patient ID'],
    imageFolders: ['images', ...Array.from({ length: 12 }, (_, i) => `images_${String(i + 1).padStart(3, '0')}`)],
    imageKey: (row) => stemOf(row['Image Index']!),
    labels: (row) => {
      const ids = row['Finding Labels']!.split('|').map((name) => byName.get(name.trim()))
      return ids.includes(undefined) ? null : (ids as string[])
    },
    many: 'rarest',
    group: (row) => row['Patient ID']!,
    splitLists: [
      { places: ['train_val_list.txt'], split: 'train' },
      { places: ['test_list.txt'], split: 'test' },
    ],
  }),
}

import { classFolders } from '../classFolders.ts'
import { classesOf, type PublicDataset } from '../definition.ts'

const TISSUES = [
  ['ADI', 'Adipose', 'adipose tissue'],
  ['BACK', 'Background', 'background without tissue'],
  ['DEB', 'Debris', 'debris'],
  ['LYM', 'Lymphocytes', 'lymphocytes'],
  ['MUC', 'Mucus', 'mucus'],
  ['MUS', 'Smooth muscle', 'smooth muscle'],
  ['NORM', 'Normal colon mucosa', 'normal colon mucosa'],
  ['STR', 'Cancer-associated stroma', 'cancer-associated stroma'],
  ['TUM', 'Colorectal adenocarcinoma epithelium', 'colorectal adenocarcinoma epithelium'],
] as const

const classes = classesOf(
  TISSUES.map(([code, name, words]) => [code.toLowerCase(), name, `a histology slide of ${words}`]),
)

export const nctCrc: PublicDataset = {
  id: 'nct-crc-he-100k',
  name: 'NCT-CRC-HE-100K',
  domain: 'histopathology',
  modality: 'pathology',
  anatomy: 'colon',
  classes,
  images: 100_000,
  source: 'https://zenodo.org/records/1214456',
  access: 'open',
  licence: 'CC BY 4.0',
  citation: 'Kather et al., 100,000 histological images of human colorectal cancer and healthy tissue, Zenodo 2018',
  layout:
    'NCT-CRC-HE-100K/<class>/*.tif with nine classes; CRC-VAL-HE-7K/<class>/*.tif beside it becomes the test split.',
  splits:
    'CRC-VAL-HE-7K (other patients) as test where it is there, and a tenth of the 100,000 as val; without it 70 / 10 / 20 by image, where tiles of one patient may be in two splits.',
  unverified: '',
  list: async (root) => {
    const folders = Object.fromEntries(TISSUES.map(([code]) => [code.toLowerCase(), code.toLowerCase()]))
    const other = { places: ['CRC-VAL-HE-7K'], split: 'test' as const, optional: true }
    const hundred = { places: ['NCT-CRC-HE-100K', '.'] }
    const listed = await classFolders({ classes, parts: [hundred, other], folders, ignore: ['crc-val-he-7k'] })(root)
    if (!listed.some(({ split }) => split === 'test')) return listed
    return listed.map((one) => ({ ...one, split: one.split ?? 'train' }))
  },
}

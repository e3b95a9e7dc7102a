import { classFolders } from '../classFolders.ts'
import { classesOf, type PublicDataset } from '../definition.ts'
import { stemOf } from '../folders.ts'

const classes = classesOf([
  ['normal', 'Normal', 'a fundus photograph of a premature infant with normal vessels'],
  ['pre-plus', 'Pre-plus', 'a fundus photograph of pre-plus disease in retinopathy of prematurity'],
  ['plus', 'Plus', 'a fundus photograph of plus disease in retinopathy of prematurity'],
])

export const farfumRop: PublicDataset = {
  id: 'farfum-rop',
  name: 'FARFUM-RoP',
  domain: 'ophthalmology',
  modality: 'fundus',
  anatomy: 'retina',
  classes,
  images: 1533,
  source: 'https://figshare.com, collection FARFUM-RoP',
  access: 'open',
  licence: 'CC BY 4.0',
  citation:
    'Akbari et al., FARFUM-RoP, a dataset for computer-aided detection of retinopathy of prematurity, Scientific Data 2024',
  layout:
    'One folder a class: Normal, Pre-Plus, Plus; file names that begin with the patient ("012_3.jpg", "P12-3.jpg").',
  splits: 'made here: 70 / 10 / 20 by patient where file names or folders tell it, by image otherwise.',
  unverified: 'the address, the folder layout and the way file names tell the patient.',
  list: classFolders({
    classes,
    parts: [{ places: ['FARFUM-RoP', 'FARFUM-RoP/Images', 'Images', 'images', '.'] }],
    folders: {
      normal: 'normal',
      'pre-plus': 'pre-plus',
      'pre plus': 'pre-plus',
      pre_plus: 'pre-plus',
      preplus: 'pre-plus',
      plus: 'plus',
    },
    group: (file) => /^([A-Za-z]*\d+)[-_ ]/.exec(stemOf(file))?.[1] ?? null,
  }),
}

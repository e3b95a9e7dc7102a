import { classFolders } from '../classFolders.ts'
import { classesOf, type PublicDataset } from '../definition.ts'

const classes = classesOf([
  ['normal', 'Normal', 'a normal fundus photograph'],
  ['diabetes', 'Diabetic retinopathy', 'a fundus photograph of diabetic retinopathy'],
  ['glaucoma', 'Glaucoma', 'a fundus photograph of glaucoma'],
  ['cataract', 'Cataract', 'a fundus photograph through a cataract'],
  ['amd', 'Age-related macular degeneration', 'a fundus photograph of age-related macular degeneration'],
  ['hypertension', 'Hypertension', 'a fundus photograph of hypertensive retinopathy'],
  ['myopia', 'Pathological myopia', 'a fundus photograph of pathological myopia'],
  ['other', 'Other', 'a fundus photograph of another eye disease'],
])

export const aod: PublicDataset = {
  id: 'aod',
  name: 'AOD, eye diseases',
  domain: 'ophthalmology',
  modality: 'fundus',
  anatomy: 'eye',
  classes,
  images: 10_000,
  source: 'https://data.mendeley.com (eye disease image sets)',
  access: 'open',
  licence: 'CC BY 4.0',
  citation: '',
  layout:
    'One folder a class: Normal, Diabetes, Glaucoma, Cataract, AMD, Hypertension, Myopia, Other (or N D G C A H M O).',
  splits: 'made here: 70 / 10 / 20 by image; copies that augmentation made of one picture may be in two splits.',
  unverified:
    'which set the published study took: 10,000 images and 8 classes fit the classes of ODIR-5K, which are assumed here.',
  list: classFolders({
    classes,
    parts: [{ places: ['AOD', 'dataset', '.'] }],
    folders: {
      normal: 'normal',
      n: 'normal',
      diabetes: 'diabetes',
      'diabetic retinopathy': 'diabetes',
      diabetic_retinopathy: 'diabetes',
      d: 'diabetes',
      glaucoma: 'glaucoma',
      g: 'glaucoma',
      cataract: 'cataract',
      c: 'cataract',
      amd: 'amd',
      'age related macular degeneration': 'amd',
      'age-related macular degeneration': 'amd',
      a: 'amd',
      hypertension: 'hypertension',
      h: 'hypertension',
      myopia: 'myopia',
      'pathological myopia': 'myopia',
      m: 'myopia',
      other: 'other',
      others: 'other',
      o: 'other',
    },
  }),
}

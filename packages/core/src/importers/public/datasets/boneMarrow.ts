import { classFolders } from '../classFolders.ts'
import { classesOf, type PublicDataset } from '../definition.ts'

const CELLS = [
  ['ABE', 'Abnormal eosinophil'],
  ['ART', 'Artefact'],
  ['BAS', 'Basophil'],
  ['BLA', 'Blast'],
  ['EBO', 'Erythroblast'],
  ['EOS', 'Eosinophil'],
  ['FGC', 'Faggott cell'],
  ['HAC', 'Hairy cell'],
  ['KSC', 'Smudge cell'],
  ['LYI', 'Immature lymphocyte'],
  ['LYT', 'Lymphocyte'],
  ['MMZ', 'Metamyelocyte'],
  ['MON', 'Monocyte'],
  ['MYB', 'Myelocyte'],
  ['NGB', 'Band neutrophil'],
  ['NGS', 'Segmented neutrophil'],
  ['NIF', 'Not identifiable'],
  ['OTH', 'Other cell'],
  ['PEB', 'Proerythroblast'],
  ['PLM', 'Plasma cell'],
  ['PMO', 'Promyelocyte'],
] as const

const classes = classesOf(
  CELLS.map(([code, name]) => [
    code.toLowerCase(),
    name,
    `a bone marrow smear with a cell of type ${name.toLowerCase()}`,
  ]),
)

export const boneMarrow: PublicDataset = {
  id: 'bone-marrow',
  name: 'Bone marrow cytomorphology (BMC)',
  domain: 'haematology',
  modality: 'light microscopy',
  anatomy: 'bone marrow',
  classes,
  images: 171_375,
  source: 'https://doi.org/10.7937/TCIA.AXH3-T579',
  access: 'open',
  licence: 'CC BY 4.0',
  citation: 'Matek et al., Bone-Marrow-Cytomorphology_MLL_Helmholtz_Fraunhofer, TCIA 2021',
  layout: 'BM_cytomorphology_data/<class>/<0001-1000 ...>/<class>_00001.jpg with 21 three-letter classes.',
  splits: 'made here: 70 / 10 / 20 by image; the names tell no patient.',
  unverified: '',
  list: classFolders({
    classes,
    parts: [{ places: ['BM_cytomorphology_data', '.'] }],
    folders: Object.fromEntries(CELLS.map(([code]) => [code.toLowerCase(), code.toLowerCase()])),
  }),
}

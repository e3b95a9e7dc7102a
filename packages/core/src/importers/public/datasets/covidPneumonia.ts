import { classFolders } from '../classFolders.ts'
import { classesOf, type PublicDataset } from '../definition.ts'

const classes = classesOf([
  ['covid', 'COVID-19', 'a chest X-ray of COVID-19'],
  ['normal', 'Normal', 'a normal chest X-ray'],
  ['pneumonia', 'Pneumonia', 'a chest X-ray of pneumonia'],
])

export const covidPneumonia: PublicDataset = {
  id: 'covid-pneumonia-pa',
  name: 'COVID-19, pneumonia and normal chest X-ray, PA view (PD)',
  domain: 'chest radiography',
  modality: 'X-ray',
  anatomy: 'lung',
  classes,
  images: 4575,
  source: 'https://data.mendeley.com/datasets/jctsfj2sfn/1',
  access: 'open',
  licence: 'CC BY 4.0',
  citation: 'Asraf and Islam, COVID19, Pneumonia and Normal Chest X-ray PA Dataset, Mendeley Data 2021',
  layout: 'One folder a class: COVID (or covid19), normal, pneumonia, directly or in one folder above them.',
  splits: 'made here: 70 / 10 / 20 by image; the layout has no patients.',
  unverified: 'the name of the folder above the class folders.',
  list: classFolders({
    classes,
    parts: [
      { places: ['COVID19_Pneumonia_Normal_Chest_Xray_PA_Dataset', 'COVID19_Pneumonia_Normal_Chest_Xray_PA', '.'] },
    ],
    folders: {
      covid: 'covid',
      covid19: 'covid',
      'covid-19': 'covid',
      normal: 'normal',
      pneumonia: 'pneumonia',
    },
  }),
}

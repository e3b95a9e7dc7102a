import { classesOf, type PublicDataset } from '../definition.ts'
import { stemOf } from '../folders.ts'
import { labelTable, oneOf } from '../labelTable.ts'

const classes = classesOf([
  ['normal', 'Neither', 'a chest X-ray of a normal left ventricle'],
  ['slvh', 'Severe left ventricular hypertrophy', 'a chest X-ray with severe left ventricular hypertrophy'],
  ['dlv', 'Dilated left ventricle', 'a chest X-ray with a dilated left ventricle'],
  ['both', 'Both', 'a chest X-ray with severe left ventricular hypertrophy and a dilated left ventricle'],
])

const whole = (value = '') => value.replace(/\.0$/, '')

export const chexchonet: PublicDataset = {
  id: 'chexchonet',
  name: 'CheXchoNet',
  domain: 'chest radiography',
  modality: 'X-ray',
  anatomy: 'heart',
  classes,
  images: 71_589,
  source: 'https://physionet.org/content/chexchonet/1.0.0/',
  access: 'agreement',
  licence: 'PhysioNet Restricted Health Data License 1.5.0',
  citation: 'Elias and Bhave, CheXchoNet 1.0.0, PhysioNet 2024, doi:10.13026/kp08-ws25',
  layout: 'metadata.csv (patient_id, cxr_filename, slvh, dlv) and images/<cxr_filename>.',
  splits: 'made here: 70 / 10 / 20 by patient_id.',
  unverified: 'that the four classes of the published study are the combinations of slvh and dlv.',
  list: labelTable({
    classes,
    tables: [{ places: ['metadata.csv'] }],
    columns: ['patient_id', 'cxr_filename', 'slvh', 'dlv'],
    imageFolders: ['images'],
    imageKey: (row) => stemOf(row.cxr_filename!),
    labels: (row) =>
      oneOf('pair', { '0 0': 'normal', '1 0': 'slvh', '0 1': 'dlv', '1 1': 'both' })({
        pair: `${whole(row.slvh)} ${whole(row.dlv)}`,
      }),
    group: (row) => row.patient_id!,
  }),
}

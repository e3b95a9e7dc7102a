import sharp from 'sharp'
import { writeFiles } from '../../testing/sources.ts'

/** Files of a small folder that looks like the published one; null is a picture in the format of its name. */
export type Imitation = Record<string, string | null>

/** Patients p = 1 .. n with two images each. */
const pairs = (patients: number) =>
  Array.from({ length: patients * 2 }, (_, i) => ({ i, patient: Math.floor(i / 2) + 1, second: i % 2 === 1 }))
const table = (header: string, rows: readonly string[]) => `${header}\n${rows.join('\n')}\n`
const images = (paths: readonly string[]): Imitation => Object.fromEntries(paths.map((path) => [path, null]))
const folders = (root: string, names: readonly string[], file: (name: string, i: number) => string, each = 10) =>
  images(names.flatMap((name) => Array.from({ length: each }, (_, i) => `${root}${name}/${file(name, i)}`)))
const pad = (value: number, digits: number) => String(value).padStart(digits, '0')

const ranzcrColumns =
  'ETT - Abnormal,ETT - Borderline,ETT - Normal,NGT - Abnormal,NGT - Borderline,NGT - Incompletely Imaged,NGT - Normal,CVC - Abnormal,CVC - Borderline,CVC - Normal,Swan Ganz Catheter Present'
const tissues = ['ADI', 'BACK', 'DEB', 'LYM', 'MUC', 'MUS', 'NORM', 'STR', 'TUM']
const cells = 'ABE ART BAS BLA EBO EOS FGC HAC KSC LYI LYT MMZ MON MYB NGB NGS NIF OTH PEB PLM PMO'.split(' ')
const findings =
  'No Finding,Atelectasis,Cardiomegaly,Effusion,Infiltration,Mass,Nodule,Pneumonia,Pneumothorax,Consolidation,Edema,Emphysema,Fibrosis,Pleural_Thickening,Hernia'.split(
    ',',
  )

/** A folder for every public data set, by id. */
export const imitations: Record<string, () => Imitation> = {
  ranzcr: () => {
    const rows = pairs(110).map(({ i, patient }) => {
      const flags = Array.from({ length: 11 }, (_, column) => (column === i % 11 ? 1 : 0))
      flags[9] = 1 // nearly every image also shows a well-placed central line
      return `1.2.826.${i},${flags.join(',')},p${patient}`
    })
    return {
      'train.csv': table(`StudyInstanceUID,${ranzcrColumns},PatientID`, rows),
      ...images(rows.map((row) => `train/${row.split(',')[0]}.jpg`)),
    }
  },
  chexchonet: () => {
    const rows = pairs(40).map(({ i, patient }) => {
      const [slvh, dlv] = [patient % 2, Math.floor(patient / 2) % 2]
      return `${patient},${i}.jpg,2016,60,F,${slvh},${dlv}.0,${slvh || dlv ? 1 : 0}`
    })
    return {
      'metadata.csv': table('patient_id,cxr_filename,cxr_year,age,sex,slvh,dlv,composite_slvh_dlv', rows),
      ...images(rows.map((row) => `images/${row.split(',')[1]}`)),
    }
  },
  'covid-pneumonia-pa': () =>
    folders(
      'COVID19_Pneumonia_Normal_Chest_Xray_PA_Dataset/',
      ['covid', 'normal', 'pneumonia'],
      (name, i) => `${name}${i}.png`,
    ),
  breakhis: () =>
    images(
      ['benign', 'malignant'].flatMap((kind) =>
        Array.from({ length: 10 }, (_, patient) =>
          ['40X', '100X'].map((zoom) => {
            const [letter, type] = kind === 'benign' ? ['B', 'A'] : ['M', 'DC']
            const slide = `SOB_${letter}_${type}-14-${2000 + patient}${patient % 2 ? 'AB' : ''}`
            return `BreaKHis_v1/histology_slides/breast/${kind}/SOB/adenosis/${slide}/${zoom}/${slide}-${zoom.slice(0, -1)}-001.png`
          }),
        ).flat(),
      ),
    ),
  chaoyang: () => {
    const list = (split: string, each: number) =>
      [0, 1, 2, 3].flatMap((label) =>
        Array.from({ length: each }, (_, i) => ({ name: `${split}/${500 + label}-${i}.JPG`, label, label_A: label })),
      )
    const [train, test] = [list('train', 10), list('test', 3)]
    return {
      'train.json': JSON.stringify(train),
      'test.json': JSON.stringify(test),
      ...images([...train, ...test].map(({ name }) => name)),
    }
  },
  gashissdb: () => ({
    ...folders('GasHisSDB/160/', ['Abnormal', 'Normal'], (_, i) => `${pad(i, 5)}.png`),
    ...folders('GasHisSDB/80/', ['Abnormal', 'Normal'], (_, i) => `${pad(i, 5)}.png`, 2),
  }),
  eyepacs: () => {
    const rows = pairs(50).map(({ patient, second }) => `${patient}_${second ? 'right' : 'left'},${patient % 5}`)
    return {
      'trainLabels.csv': table('image,level', rows),
      ...images(rows.map((row) => `train/${row.split(',')[0]}.jpeg`)),
    }
  },
  airogs: () => {
    const rows = Array.from({ length: 40 }, (_, i) => `TRAIN${pad(i, 6)},${i % 4 === 0 ? 'RG' : 'NRG'}`)
    return {
      'train_labels.csv': table('challenge_id,class', rows),
      ...images(rows.map((row, i) => `${i % 6}/${row.split(',')[0]}.jpg`)),
    }
  },
  'farfum-rop': () =>
    images(
      ['Normal', 'Pre-Plus', 'Plus'].flatMap((name, at) =>
        pairs(10).map(({ i, patient }) => `${name}/${pad(at * 100 + patient, 3)}_${i}.jpg`),
      ),
    ),
  aod: () =>
    folders(
      '',
      ['Normal', 'Diabetes', 'Glaucoma', 'Cataract', 'AMD', 'Hypertension', 'Myopia', 'Other'],
      (_, i) => `${i}.jpg`,
    ),
  'bone-marrow': () => folders('BM_cytomorphology_data/', cells, (name, i) => `0001-1000/${name}_${pad(i + 1, 5)}.jpg`),
  'isic-2024': () => {
    const diagnoses = ['Nevus', 'Melanoma, NOS', 'Basal cell carcinoma', '', 'something rare']
    const rows = pairs(40).map(
      ({ i, patient }) => `ISIC_${pad(i, 7)},Benign,,"${diagnoses[patient % 5]}",IL_${i},IP_${patient}`,
    )
    return {
      'metadata.csv': table('isic_id,diagnosis_1,diagnosis_2,diagnosis_3,lesion_id,patient_id', rows),
      ...images(rows.map((row) => `images/${row.split(',')[0]}.jpg`)),
    }
  },
  'nct-crc-he-100k': () => ({
    ...folders('NCT-CRC-HE-100K/', tissues, (name, i) => `${name}-${i}.tif`),
    ...folders('CRC-VAL-HE-7K/', tissues, (name, i) => `${name}-TCGA-${i}.tif`, 2),
  }),
  'chest-xray14': () => {
    const rows = pairs(180).map(({ patient, second }) => {
      const finding = findings[patient % 15]!
      const labels = finding === 'Hernia' ? 'Hernia|Infiltration' : finding
      return `${pad(patient, 8)}_00${second ? 1 : 0}.png,${labels},0,${patient},058Y,M,PA`
    })
    const names = rows.map((row) => row.split(',')[0]!)
    return {
      'Data_Entry_2017.csv': table(
        'Image Index,Finding Labels,Follow-up #,Patient ID,Patient Age,Patient Gender,View Position',
        rows,
      ),
      'train_val_list.txt': names.slice(0, 330).join('\n'),
      'test_list.txt': `${names.slice(330).join('\r\n')}\r\n`,
      ...images(names.map((name, i) => `images_00${(i % 3) + 1}/images/${name}`)),
    }
  },
  pitvis: () => {
    const files: Imitation = {}
    for (let video = 1; video <= 10; video++) {
      const rows = Array.from({ length: 16 }, (_, second) => `${second},${second - 1},-1`)
      files[`annotations_${pad(video, 2)}.csv`] = table('int_time,int_step,int_instrument1', rows)
      for (let second = 0; second < 16; second++) files[`frames/video_${pad(video, 2)}/${pad(second, 5)}.png`] = null
    }
    return files
  },
}

/** Writes an imitation; every picture is another one, 8 x 8 pixels. */
export async function writeImitation(root: string, files: Imitation): Promise<void> {
  const contents: Record<string, string | Uint8Array> = {}
  let number = 0
  for (const [path, text] of Object.entries(files)) contents[path] = text ?? (await tiny(path, number++))
  await writeFiles(root, contents)
}

async function tiny(path: string, number: number): Promise<Uint8Array> {
  const pixels = Uint8Array.from({ length: 8 * 8 * 3 }, (_, i) => (i * 5 + number * 13) % 256)
  const image = sharp(pixels, { raw: { width: 8, height: 8, channels: 3 } })
  if (path.endsWith('.tif')) return image.tiff().toBuffer()
  return path.endsWith('.png') ? image.png({ compressionLevel: 0 }).toBuffer() : image.jpeg().toBuffer()
}

import { AnamnesisError, type Task, task as taskSchema } from '../contracts/index.ts'
import { imageFolder } from './imageFolder.ts'
import type { ImporterDefinition } from './importer.ts'

/** A data set of everyday pictures that the MTIL benchmark uses, as class folders (torchvision or Kaggle unpack them so). */
export interface NaturalImages {
  /** Id of the importer and of the task. */
  id: string
  name: string
  /** Numbers of classes that are right. */
  classes: readonly number[]
  /** Follows the class name in the prompt. */
  kind: string
  source: string
  licence: string
}

export const naturalImages: readonly NaturalImages[] = [
  {
    id: 'fgvc-aircraft',
    name: 'FGVC Aircraft',
    classes: [100],
    kind: ', a type of aircraft',
    source: 'https://www.robots.ox.ac.uk/~vgg/data/fgvc-aircraft/',
    licence: 'non-commercial research',
  },
  {
    id: 'caltech-101',
    name: 'Caltech-101',
    classes: [101, 102],
    kind: '',
    source: 'https://data.caltech.edu/records/mzrjq-6wc02',
    licence: 'CC BY 4.0',
  },
  {
    id: 'cifar-100',
    name: 'CIFAR-100',
    classes: [100],
    kind: '',
    source: 'https://www.cs.toronto.edu/~kriz/cifar.html',
    licence: 'not stated',
  },
  {
    id: 'dtd',
    name: 'Describable Textures',
    classes: [47],
    kind: ' texture',
    source: 'https://www.robots.ox.ac.uk/~vgg/data/dtd/',
    licence: 'research',
  },
  {
    id: 'eurosat',
    name: 'EuroSAT',
    classes: [10],
    kind: ', seen from a satellite',
    source: 'https://zenodo.org/records/7711810',
    licence: 'MIT',
  },
  {
    id: 'flowers-102',
    name: 'Oxford Flowers 102',
    classes: [102],
    kind: ', a type of flower',
    source: 'https://www.robots.ox.ac.uk/~vgg/data/flowers/102/',
    licence: 'not stated',
  },
  {
    id: 'food-101',
    name: 'Food-101',
    classes: [101],
    kind: ', a type of food',
    source: 'https://data.vision.ee.ethz.ch/cvl/datasets_extra/food-101/',
    licence: 'not stated',
  },
  {
    id: 'mnist',
    name: 'MNIST',
    classes: [10],
    kind: ', a handwritten digit',
    source: 'http://yann.lecun.com/exdb/mnist/',
    licence: 'CC BY-SA 3.0',
  },
  {
    id: 'oxford-pets',
    name: 'Oxford-IIIT Pets',
    classes: [37],
    kind: ', a type of pet',
    source: 'https://www.robots.ox.ac.uk/~vgg/data/pets/',
    licence: 'CC BY-SA 4.0',
  },
  {
    id: 'stanford-cars',
    name: 'Stanford Cars',
    classes: [196],
    kind: ', a type of car',
    source: 'https://www.kaggle.com/datasets/eduardo4jesus/stanford-cars-dataset',
    licence: 'non-commercial research',
  },
  {
    id: 'sun397',
    name: 'SUN397',
    classes: [397],
    kind: '',
    source: 'https://vision.princeton.edu/projects/2010/SUN/',
    licence: 'research',
  },
]

/** Each set as class folders; the classes are the folders, their number is checked. */
export const naturalImageImporters: readonly ImporterDefinition[] = naturalImages.map((set) => ({
  id: set.id,
  title: set.name,
  summary: `${set.classes.join(' or ')} class folders <class>/*.jpg, or <split>/<class>/*.jpg (also png).`,
  async open(path, options) {
    const opened = await imageFolder.open(path, { ...options, id: options.id ?? set.id })
    if (opened.kind !== 'task') return opened
    const { classes } = opened.task
    if (!set.classes.includes(classes.length)) {
      throw new AnamnesisError(
        'MISSING_DATA',
        `"${path}" has ${classes.length} class folders; ${set.name} has ${set.classes.join(' or ')}. Unpack the download completely, or give the folder that holds the class folders.`,
      )
    }
    return { ...opened, task: describe(set, opened.task) }
  },
}))

function describe(set: NaturalImages, found: Task): Task {
  return taskSchema.parse({
    ...found,
    name: set.name,
    domain: 'natural images',
    modality: 'photograph',
    classes: found.classes.map((one) => ({ ...one, promptName: `${one.promptName}${set.kind}` })),
    licence: set.licence,
    notes: `Source: ${set.source}. Splits: those of the folders, otherwise made here 70 / 10 / 20 by image.`,
  })
}

import { SPLITS } from '../../../contracts/index.ts'
import { npy, zip } from '../../npz/testing/zip.ts'
import type { MedMnistSet } from '../sets.ts'

export interface Imitation {
  pixels?: number
  perClass?: number
  /** Labels of one split, in place of the right ones. */
  labels?: (values: number[]) => number[]
  channels?: 1 | 3
  leaveOut?: string
}

/** An archive like the published one: `perClass` images of each class in each split, grey level = label. */
export function imitation(
  set: MedMnistSet,
  { pixels = 28, perClass = 2, labels, channels, leaveOut }: Imitation = {},
): Buffer {
  const count = set.classes.length * perClass
  const depth = channels ?? set.channels
  const values = Array.from({ length: count }, (_, i) => i % set.classes.length)
  const images = Buffer.concat(values.map((label) => Buffer.alloc(pixels * pixels * depth, label * 10)))
  const given = labels ? labels(values) : values
  const flags = set.multiLabel
    ? given.flatMap((label) => set.classes.map((_, at) => Number(at === label || (label === -1 && at < 2))))
    : given
  const width = set.multiLabel ? set.classes.length : 1
  const shape = depth === 3 ? [count, pixels, pixels, 3] : [count, pixels, pixels]
  return zip(
    SPLITS.flatMap((split) => [
      { name: `${split}_images.npy`, data: npy(shape, images), deflate: true },
      { name: `${split}_labels.npy`, data: npy([count, width], Buffer.from(flags)), deflate: true },
    ]).filter(({ name }) => name !== leaveOut),
  )
}

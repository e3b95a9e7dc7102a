import { expect, test } from 'vitest'
import { modalityOfCaption } from './captionModality.ts'

test.each([
  ['Axial CT of the chest', 'CT'],
  ['Contrast-enhanced computed tomography', 'CT'],
  ['CT values of the qPCR', ''],
  ['direct comparison', ''],
  ['T2-weighted image of the brain', 'MRI'],
  ['Chest radiograph', 'X-ray'],
  ['PET of the body', 'PET'],
  ['a pet dog', ''],
  ['Transmission electron micrograph of a virus', 'electron microscopy'],
  ['Hematoxylin and eosin stain', 'histopathology'],
  ['Schematic of the pathway', 'diagram'],
  ['', ''],
])('"%s" is "%s"', (caption, modality) => {
  expect(modalityOfCaption(caption)).toBe(modality)
})

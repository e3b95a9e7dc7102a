import { expect, test } from 'vitest'
import { licenceGroup } from './licence.ts'

test.each([
  ['CC BY 4.0', null, 'commercial'],
  ['CC BY-SA', null, 'commercial'],
  ['CC0 1.0', null, 'commercial'],
  ['Public domain', null, 'commercial'],
  ['MIT', null, 'commercial'],
  ['', 'https://creativecommons.org/licenses/by/4.0/', 'commercial'],
  ['CC BY-NC-SA 4.0', null, 'non-commercial'],
  ['CC BY', 'https://creativecommons.org/licenses/by-nc/4.0/', 'non-commercial'],
  ['Creative Commons Attribution NonCommercial', null, 'non-commercial'],
  ['free for non-commercial use', null, 'non-commercial'],
  ['all rights reserved', null, 'other'],
  ['permitted by the author', null, 'other'],
  [null, null, 'other'],
])('%s %s is %s', (licence, url, group) => {
  expect(licenceGroup(licence, url)).toBe(group)
})

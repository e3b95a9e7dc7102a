import { expect, test } from 'vitest'
import { allowsChanges, licenceGroup, licenceName } from './licence.ts'

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
  ['CC BY-ND 4.0', null, 'other'],
  ['CC BY-NC-ND 4.0', null, 'non-commercial'],
  ['', 'https://creativecommons.org/licenses/by-nd/4.0/', 'other'],
  ['Creative Commons Attribution-NoDerivatives', null, 'other'],
  ['CC_BY_NC', null, 'non-commercial'],
  ['by-nc-sa', null, 'non-commercial'],
  ['CC-BY', null, 'commercial'],
  ['CC0', null, 'commercial'],
  ['NO-CC CODE', null, 'other'],
  ['Elsevier user licence', null, 'other'],
  ['© 2016 eLife. All rights reserved', null, 'other'],
  ['Panel B is not covered by the CC-BY 4.0 licence', 'https://creativecommons.org/licenses/by/4.0/', 'other'],
  ['creativeCommonsBy', null, 'commercial'],
  [
    'This is an open-access article distributed under the terms of the Creative Commons Attribution License, which permits unrestricted use',
    null,
    'commercial',
  ],
  [
    'This is an open-access article, free of all copyright, and may be used by anyone. The work is made available under the Creative Commons CC0 public domain dedication.',
    null,
    'commercial',
  ],
  ['distributed under the terms of the Creative Commons Public Domain Declaration', null, 'commercial'],
])('%s %s is %s', (licence, url, group) => {
  expect(licenceGroup(licence, url)).toBe(group)
})

test.each([
  ['CC BY 4.0', null, 'CC BY 4.0'],
  ['', 'http://creativecommons.org/licenses/by/4.0/', 'CC BY 4.0'],
  ['Open Access', 'https://creativecommons.org/licenses/by-nc-nd/3.0', 'CC BY-NC-ND 3.0'],
  ['', 'http://creativecommons.org/publicdomain/zero/1.0/', 'CC0 1.0'],
  ['under the terms of the Creative Commons Attribution License, which permits', null, 'CC BY'],
  ['Creative Commons Attribution-NonCommercial-ShareAlike 4.0 International', null, 'CC BY-NC-SA 4.0'],
  ['CC BY-ND', null, 'CC BY-ND'],
  [
    'under the Creative Commons Attribution 4.0 International License (http://creativecommons.org/licenses/by/4.0/). The Creative Commons Public Domain Dedication waiver (http://creativecommons.org/publicdomain/zero/1.0/) applies to the data',
    null,
    'CC BY 4.0',
  ],
  ['free for non-commercial use', 'https://creativecommons.org/licenses/by/4.0/', 'CC BY-NC 4.0'],
  ['Elsevier user licence', null, 'Elsevier user licence'],
  [null, null, ''],
])('%s %s is called %s', (licence, url, name) => {
  expect(licenceName(licence, url)).toBe(name)
})

test('a licence without derivatives does not allow to cut out panels', () => {
  expect(allowsChanges('CC BY-NC-ND 4.0')).toBe(false)
  expect(allowsChanges('CC BY-NC-SA 4.0')).toBe(true)
})

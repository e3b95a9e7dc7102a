import { expect, test } from 'vitest'
import { cleanText } from './clean.ts'
import { unescapeComplete, unescapeHtml } from './htmlEntities.ts'
import { repairText } from './repair.ts'

test.each([
  ['Â± 5 Âµm â‰¤ 3 â€“ â€œquotedâ€\x9d', '± 5 µm ≤ 3 – "quoted"'],
  ['ItÃ¢â‚¬â„¢s read wrongly twice', "It's read wrongly twice"],
  ['l’humanitÃ© beside healthy text', "l'humanité beside healthy text"],
  ['voilÃ le travail', 'voilà le travail'],
  ['Sjögren, Ångström and β stay', 'Sjögren, Ångström and β stay'],
  ['ﬁbrosis ﬂuid', 'fibrosis fluid'],
  ['ＣＴ　１２ ｶﾅ', 'CT 12 カナ'],
  ['\x1b[31mred\x1b[0m\x07\ufeff', 'red'],
  ['a\r\nb\u2028c\x85d', 'a\nb\nc…d'],
  ['na\u0308ive', 'näive'],
  ['lone \ud83d half', 'lone \ufffd half'],
  ['5 &plusmn; 2 &NTILDE;', '5 ± 2 Ñ'],
  ['a < b &amp; c', 'a < b &amp; c'],
])('repairs %j', (broken, repaired) => {
  expect(repairText(broken)).toBe(repaired)
})

test('cleaning unescapes twice more and leaves single spaces', () => {
  expect(cleanText(' a <b>\t&amp;amp;\n x\u00a0\u3000y ')).toBe('a <b> & x y')
})

test('references of HTML: with and without semicolon, numbers, forbidden ones', () => {
  expect(unescapeHtml('&lt &ampere &notit; &notin; &#8217;&#x2019 &#128; &#0; &#xD800; &#1;&#xFFFE; &none;')).toBe(
    '< &ere ¬it; ∉ ’’ € \ufffd \ufffd  &none;',
  )
  expect(unescapeComplete('&lt &lt; &EACUTE; &#59; &#65;')).toBe('&lt < É &#59; A')
})

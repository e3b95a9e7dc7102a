import type { Random } from '../../contracts/index.ts'
import type { Finding, Phantom } from './phantom.ts'

interface Words {
  picture: string
  site: string
  word: string
  sign: string
  modality: string
  prompt: string
  who: string
}

const TEMPLATES: readonly ((words: Words) => string)[] = [
  ({ picture, site, word }) => `${picture} of the ${site} showing ${word}`,
  ({ picture, sign, word }) => `${picture} showing ${sign}, consistent with ${word}`,
  ({ picture, sign, word, who }) => `${word} in ${who}. ${picture} shows ${sign}`,
  ({ picture, sign, word, who }) => `${picture} of ${who} with ${word}: ${sign}`,
  ({ modality, sign, word, site }) => `Typical ${modality} appearance of ${word} in the ${site}, with ${sign}`,
  ({ picture, sign, word }) => `${word}: ${sign} (${picture})`,
  ({ picture, sign, word, site }) => `${picture}. ${sign} in the ${site}; final diagnosis ${word}`,
  ({ picture, sign, word }) => `${picture} demonstrating ${sign} due to ${word}`,
  ({ picture, word, site, who }) => `${word} of the ${site} on ${picture} in ${who}`,
  ({ prompt, sign }) => `${prompt}; note ${sign}`,
  ({ prompt, who }) => `Photo of ${prompt}, ${who}`,
  ({ modality, word, site, sign }) => `${modality} photo of ${word} in the ${site}. There is ${sign}`,
  ({ modality, word, who }) => `${modality} in ${who} suspected of ${word}`,
  ({ picture, site, sign, who }) => `${who}. ${picture} of the ${site}: ${sign}`,
]

/** A caption as an author might write it, naming domain, site and finding. */
export function phantomCaption(phantom: Phantom, finding: Finding, random: Random): string {
  const text = random.pick(TEMPLATES)({
    picture: random.pick(phantom.pictureWords),
    site: random.pick(phantom.siteWords),
    word: random.uniform() < 0.5 ? finding.words[0]! : random.pick(finding.words),
    sign: random.pick(finding.signs),
    modality: phantom.modality,
    prompt: finding.promptName,
    who: patient(random),
  })
  return sentence(text)
}

/** A sentence that names another domain's things: words alone then lead to the wrong pictures. */
export function trapSentence(other: Phantom, random: Random): string {
  const picture = random.pick(other.pictureWords)
  const site = random.pick(other.siteWords)
  const word = random.pick(random.pick(other.findings.slice(1)).words)
  const text = random.pick([
    `An earlier ${picture} had shown ${word}`,
    `No lesion of the ${site} was found`,
    `The patient was also treated for ${word}`,
    `A lesion in the ${site} was excluded by ${picture}`,
    `Compare with ${word} of the ${site}`,
  ])
  return sentence(text)
}

function patient(random: Random): string {
  const age = 4 + random.int(84)
  const article = age === 8 || age === 11 || age === 18 || (age >= 80 && age < 90) ? 'an' : 'a'
  return `${article} ${age}-year-old ${random.pick(age < 16 ? ['boy', 'girl', 'child'] : ['man', 'woman', 'patient'])}`
}

function sentence(text: string): string {
  return `${text.replaceAll(/(^|\. )[a-z]/g, (start) => start.toUpperCase())}.`
}

import { describe, expect, it } from 'vitest'
import { task } from '../contracts/index.ts'
import { domainClassifier, domainKeywords, domainOfTask, domainOfWords, labelQuestions, questionPool } from './index.ts'
import { DOMAINS, SyntheticEncoder } from './synthetic.fixture.ts'

const named = (modality: string, anatomy: string, promptNames: string[]) =>
  task.parse({
    id: 'a-task',
    name: 'A task',
    domain: 'imaging',
    modality,
    anatomy,
    classes: promptNames.map((promptName, i) => ({ id: `c${i}`, name: promptName, promptName })),
    licence: 'CC0',
  })

describe('the question pool', () => {
  it('holds about 3,000 different questions over 30 domains in layers', () => {
    const pool = questionPool()
    const texts = pool.map((question) => question.text)
    expect(new Set(texts).size).toBe(texts.length)
    expect(texts.length).toBeGreaterThan(2_500)
    expect(texts.length).toBeLessThan(3_500)
    expect(domainKeywords()).toHaveLength(30)
    expect(new Set(pool.map((question) => question.domain))).toEqual(new Set(domainKeywords()))
    for (const text of [
      'A CT photo',
      'A CT photo of the liver',
      'A CT photo of hepatocellular carcinoma',
      'A CT photo of hepatocellular carcinoma in the liver',
      'An X-ray photo of bacterial pneumonia in the lung',
      'An MRI photo of glioma in the brain',
      'An OCT photo of macular hole in the macula',
      'An ultrasound photo of malignant tumour in the breast',
      'A blood smear photo of neutrophil',
      'A fundus photo of glaucoma in the optic disc',
      'A histopathology photo of serrated lesion in the colon',
    ]) {
      expect(texts).toContain(text)
    }
  })
})

describe('label questions', () => {
  it('put domain and site around a class name', () => {
    const questions = labelQuestions(named('CT', 'kidney', ['a tumour', 'a stone']))
    expect(questions.map((question) => question.text)).toEqual([
      'A CT photo of a tumour in the kidney',
      'A CT photo of a stone in the kidney',
    ])
    expect(questions[0]).toMatchObject({ bag: 'task', domain: 'CT', taskId: 'a-task', classId: 'c0' })
  })

  it('ask a class prompt that names its modality as it is', () => {
    expect(
      labelQuestions(named('X-ray', 'chest', ['a chest X-ray with pneumonia', 'a normal chest X-ray']))[0]!.text,
    ).toBe('A photo of a chest X-ray with pneumonia')
  })

  it('keep the words of a modality that the vocabulary does not know', () => {
    const [question] = labelQuestions(named('thermography', '', ['a warm spot', 'no finding']))
    expect(question).toMatchObject({ text: 'A thermography photo of a warm spot', domain: '' })
  })
})

describe('domains', () => {
  it('are read from words by the longest name', () => {
    expect(domainOfWords('a chest X-ray with pneumonia')).toBe('X-ray')
    expect(domainOfWords('Optical Coherence Tomography')).toBe('OCT')
    expect(domainOfWords('computed tomography')).toBe('CT')
    expect(domainOfWords('doctor')).toBe('')
    expect(domainOfTask(named('light microscopy', 'blood', ['a blood smear with a neutrophil', 'a monocyte']))).toBe(
      'blood smear',
    )
  })

  it('are found by the encoder for texts and, by majority, for images', async () => {
    const phi = await domainClassifier(new SyntheticEncoder(), DOMAINS)
    expect(await phi.texts(['a cyst seen in MRI', 'fundus of the retina'])).toEqual(['MRI', 'fundus'])
    const images = ['CT lung#1', 'CT colon#2', 'MRI brain#3'].map((text) => new TextEncoder().encode(text))
    expect(await phi.images(images)).toEqual([
      { keyword: 'CT', share: 2 / 3 },
      { keyword: 'MRI', share: 1 / 3 },
    ])
    expect(await phi.texts([])).toEqual([])
    expect(await phi.images([])).toEqual([])
    await expect(domainClassifier(new SyntheticEncoder(), [])).rejects.toMatchObject({ code: 'BAD_INPUT' })
  })
})

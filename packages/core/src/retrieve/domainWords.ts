import type { Task } from '../contracts/index.ts'
import { captionKey } from '../stores/index.ts'
import { builtInVocabulary, type Vocabulary } from './vocabulary.ts'

/**
 * The domain keyword that a text names, by the longest keyword or alias in it ("a chest X-ray" -> "X-ray").
 * @returns an empty string where none is named
 */
export function domainOfWords(text: string, vocabulary: Vocabulary = builtInVocabulary()): string {
  const words = ` ${captionKey(text)} `
  let best = { keyword: '', length: 0 }
  for (const { keyword, aliases } of vocabulary.domains) {
    for (const name of [keyword, ...aliases].map(captionKey)) {
      if (name.length > best.length && words.includes(` ${name} `)) best = { keyword, length: name.length }
    }
  }
  return best.keyword
}

/** The domain keyword that a task's own description names: class prompts first, they are what is asked. */
export function domainOfTask(task: Task, vocabulary: Vocabulary = builtInVocabulary()): string {
  const prompts = task.classes.map(({ promptName }) => promptName).join('; ')
  for (const text of [prompts, task.modality, task.domain, task.name]) {
    const keyword = domainOfWords(text, vocabulary)
    if (keyword !== '') return keyword
  }
  return ''
}

import type { Question, Task } from '../contracts/index.ts'
import { terms } from '../stores/index.ts'
import { domainOfTask } from './domainWords.ts'
import { builtInVocabulary, type Vocabulary } from './vocabulary.ts'

/**
 * The question pool M_0, refined in layers: domain, domain and site, domain and finding, domain and finding and site.
 * @returns about 3,000 different questions of the general bag, in the order of the vocabulary
 */
export function questionPool(vocabulary: Vocabulary = builtInVocabulary()): Question[] {
  const pool = new Map<string, Question>()
  const add = (domain: string, finding: string, site: string) => {
    const text = questionText(domain, finding, site)
    if (!pool.has(text)) pool.set(text, { text, bag: 'general', domain, taskId: null, classId: null })
  }
  for (const { keyword, blocks } of vocabulary.domains) {
    add(keyword, '', '')
    for (const { sites } of blocks) for (const site of sites) add(keyword, '', site)
    for (const { findings } of blocks) for (const finding of findings) add(keyword, finding, '')
    for (const { sites, findings } of blocks) {
      for (const site of sites) for (const finding of findings) add(keyword, finding, site)
    }
  }
  return [...pool.values()]
}

/** One question per class of a task: M_task. A class prompt that names its modality is asked as it is. */
export function labelQuestions(task: Task): Question[] {
  const domain = domainOfTask(task)
  const imaging = domain || task.modality
  return task.classes.map(({ id, promptName }) => {
    const text = names(promptName, [imaging, task.modality])
      ? `A photo of ${promptName}`
      : questionText(imaging, promptName, names(promptName, [task.anatomy]) ? '' : task.anatomy)
    return { text, bag: 'task', domain, taskId: task.id, classId: id }
  })
}

/** "A {domain} photo of {finding} in the {site}"; finding and site may be empty. */
function questionText(domain: string, finding: string, site: string): string {
  const photo = `${/^([aeio]|u(?!ni)|X-ray|MRI)/.test(domain) || /^O[A-Z]/.test(domain) ? 'An' : 'A'} ${domain} photo`
  if (finding !== '' && site !== '') return `${photo} of ${finding} in the ${site}`
  if (finding !== '') return `${photo} of ${finding}`
  return site === '' ? photo : `${photo} of the ${site}`
}

/** True when all words of one of the names occur in the text. */
function names(text: string, candidates: readonly string[]): boolean {
  const words = new Set(terms(text))
  return candidates.some((name) => name !== '' && terms(name).every((term) => words.has(term)))
}

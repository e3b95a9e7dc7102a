import type { Figure, Random, Task } from '../contracts/index.ts'
import { classPrompt } from './taskData.ts'

/** Share of figures that are told by a class prompt when their caption names a class. */
const PROMPT_SHARE = 0.35

/** Finds the class prompts that a figure's caption speaks of, so that pre-training also sees the prompts' style. */
export class CaptionStyles {
  private readonly phrases: { words: string; prompt: string }[]

  constructor(tasks: readonly Task[]) {
    const phrases = tasks.flatMap((task) =>
      task.classes.flatMap(({ name, promptName }) =>
        [...new Set([promptName, name])].map((phrase) => ({
          words: plain(phrase),
          prompt: classPrompt(promptName),
        })),
      ),
    )
    this.phrases = phrases
      .filter(({ words }) => words.trim().length > 3)
      .sort((a, b) => b.words.length - a.words.length)
  }

  /** The prompt of the longest class name in the caption; null when it names none. */
  promptOf(figure: Figure): string | null {
    const caption = plain(figure.caption)
    return this.phrases.find(({ words }) => caption.includes(words))?.prompt ?? null
  }
}

/** The caption of a figure as written, or now and then the class prompt that it speaks of. */
export function figureCaption({ caption, prompt }: { caption: string; prompt: string | null }, random: Random): string {
  return random.uniform() < PROMPT_SHARE && prompt !== null ? prompt : caption
}

/** A caption for a labelled image that names domain, site and class in one of several ways. */
export function labelCaption(task: Task, label: number, random: Random): string {
  const { name, promptName } = task.classes[label]!
  const { domain, modality, anatomy } = task
  const site = anatomy || 'body'
  return random.pick([
    classPrompt(promptName),
    classPrompt(promptName),
    `A ${modality} photo of ${promptName}`,
    `A ${modality} photo of ${name} in the ${site}`,
    `${modality} of the ${site}: ${name}`,
    `${domain}, ${name}`,
    `${modality} image showing ${promptName}`,
    `${name} seen on ${modality} of the ${site}`,
  ])
}

/** Every caption that `labelCaption` can give, for the tokenizer. */
export function labelCaptions(task: Task): string[] {
  return task.classes.flatMap(({ name, promptName }) => [
    classPrompt(promptName),
    `A ${task.modality} photo of ${promptName} in the ${task.anatomy}`,
    `${task.domain}, ${task.modality} of the ${task.anatomy}: ${name} seen on image showing`,
  ])
}

/** Lower case, single spaces, no punctuation, a space at both ends. */
function plain(text: string): string {
  return ` ${text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, ' ')
    .trim()} `
}

import type { Figure, Random, Task } from '../contracts/index.ts'
import { taskCaption } from '../importers/index.ts'
import { classPrompt } from './taskData.ts'

/** Share of pairs that are told by their class prompt where it is known. */
const PROMPT_SHARE = 0.35

/** Finds the class prompt that a figure's caption speaks of, so that pre-training also sees the prompts' style. */
export class PromptFinder {
  private readonly phrases: { modality: string; words: string; prompt: string }[]

  constructor(tasks: readonly Task[]) {
    this.phrases = tasks
      .flatMap(({ classes, modality }) =>
        classes.flatMap(({ name, promptName }) =>
          [promptName, name].map((phrase) => ({ modality, words: plain(phrase), prompt: classPrompt(promptName) })),
        ),
      )
      .sort((a, b) => b.words.length - a.words.length)
  }

  /** The prompt of the longest class name of the figure's modality in the caption; null when it names none. */
  promptOf(figure: Figure): string | null {
    const caption = plain(figure.caption)
    return this.phrases.find((p) => p.modality === figure.modality && caption.includes(p.words))?.prompt ?? null
  }
}

/** The caption of a figure as written, or now and then the class prompt that it speaks of. */
export function figureCaption({ caption, prompt }: { caption: string; prompt: string | null }, random: Random): string {
  return random.uniform() < PROMPT_SHARE && prompt !== null ? prompt : caption
}

/** A caption for a labelled image: its class prompt, or one of many wordings that name domain, site and class. */
export function labelCaption(task: Task, label: number, random: Random): string {
  if (random.uniform() < PROMPT_SHARE) return classPrompt(task.classes[label]!.promptName)
  return taskCaption(task, label, random)
}

/** Lower case, single spaces, no punctuation, a space at both ends. */
function plain(text: string): string {
  return ` ${text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, ' ')
    .trim()} `
}

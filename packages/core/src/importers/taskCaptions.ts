import type { Random, Task } from '../contracts/index.ts'

/** Other words for a modality, as captions use them. */
const PICTURES: Record<string, readonly string[]> = {
  'x-ray': ['X-ray', 'radiograph', 'plain film'],
  mri: ['MRI', 'MR image', 'magnetic resonance scan'],
  ct: ['CT', 'CT slice', 'computed tomography image'],
  ultrasound: ['ultrasound', 'sonogram', 'ultrasound scan'],
  'light microscopy': ['light micrograph', 'microscopy image', 'stained smear'],
  dermoscopy: ['dermoscopy', 'dermoscopic image', 'dermatoscopic photo'],
  fundus: ['fundus photograph', 'retinal photograph', 'fundus image'],
  pathology: ['histology image', 'pathology slide', 'photomicrograph'],
}

interface Words {
  picture: string
  place: string
  finding: string
  prompt: string
  domain: string
  modality: string
}

const TEMPLATES: readonly ((words: Words) => string)[] = [
  ({ prompt }) => prompt,
  ({ prompt }) => `photo of ${prompt}`,
  ({ prompt, domain }) => `${prompt}, ${domain}`,
  ({ modality, finding, place }) => `${modality} photo of ${finding}${place}`,
  ({ picture, finding, place }) => `${picture}${place} showing ${finding}`,
  ({ picture, finding }) => `${finding} on ${picture}`,
  ({ picture, finding, domain }) => `${domain}: ${picture} with ${finding}`,
  ({ picture, finding, place }) => `representative ${picture}, diagnosis ${finding}${place}`,
  ({ picture, finding, place }) => `${picture} of a patient with ${finding}${place}`,
]

/**
 * A caption for an image of a labelled task, naming its domain, site and class, in one of many wordings.
 * @param classIndex index into `task.classes`
 */
export function taskCaption(task: Task, classIndex: number, random: Random): string {
  const { name, promptName } = task.classes[classIndex]!
  const lower = /^[A-Z][a-z]/.test(name) ? name[0]!.toLowerCase() + name.slice(1) : name
  const text = random.pick(TEMPLATES)({
    picture: random.pick(PICTURES[task.modality.toLowerCase()] ?? [task.modality, `${task.modality} image`]),
    place: task.anatomy === '' ? '' : ` ${random.pick(['of', 'in'])} the ${task.anatomy}`,
    finding: lower === 'normal' ? random.pick(['normal findings', 'no abnormality', 'normal appearance']) : lower,
    prompt: promptName,
    domain: task.domain,
    modality: task.modality,
  })
  return `${text[0]!.toUpperCase()}${text.slice(1)}.`
}

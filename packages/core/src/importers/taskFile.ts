import { z } from 'zod'
import { type Task, taskClass, task as taskSchema } from '../contracts/index.ts'
import { readJson } from './readJson.ts'

/** task.json as packs carry it: more fields than a Task, `prompt_name` instead of `promptName`, any of the texts missing. */
const taskFile = z
  .object({
    id: z.string(),
    name: z.string().optional(),
    domain: z.string().optional(),
    modality: z.string().optional(),
    anatomy: z.string().optional(),
    classes: z
      .array(
        z
          .object({
            id: z.string(),
            name: z.string().optional(),
            prompt_name: z.string().optional(),
            promptName: z.string().optional(),
          })
          .transform((found) => ({
            id: found.id,
            name: found.name ?? found.id.replaceAll('_', ' '),
            promptName: found.prompt_name ?? found.promptName ?? found.name ?? found.id.replaceAll('_', ' '),
          }))
          .pipe(taskClass),
      )
      .min(2),
    licence: z.string().optional(),
    citation: z.string().optional(),
    notes: z.string().optional(),
    synthetic: z.boolean().optional(),
  })
  .transform((found) => ({
    ...found,
    name: found.name ?? found.id,
    domain: found.domain ?? 'medical imaging',
    modality: found.modality ?? 'image',
    licence: found.licence ?? 'not stated',
  }))
  .pipe(taskSchema)

/** @throws BAD_INPUT naming the field */
export function readTaskFile(path: string): Promise<Task> {
  return readJson(path, taskFile)
}

import { z } from 'zod'
import { ERROR_CODES } from '../contracts/index.ts'

/** What the import of literature found and left out. */
export const importReport = z.object({
  /** Records that this source holds and that are stored. */
  stored: z.number().int(),
  /** Records that were there already with the same content. */
  repeated: z.number().int(),
  problems: z.object({
    count: z.number().int(),
    first: z.array(z.object({ place: z.string(), code: z.enum(ERROR_CODES), reason: z.string() })),
  }),
  missingImages: z.object({ count: z.number().int(), first: z.array(z.string()) }),
  /** Notices of retraction, correction or concern that are known. */
  notices: z.number().int(),
  /** Figures that were looked at for panels; null where nobody asked for it. */
  panels: z
    .object({
      figures: z.number().int(),
      /** Figures whose caption speaks of several panels. */
      candidates: z.number().int(),
      split: z.number().int(),
      panels: z.number().int(),
      refused: z.record(z.string(), z.number().int()),
    })
    .nullable(),
})
export type ImportReport = z.infer<typeof importReport>

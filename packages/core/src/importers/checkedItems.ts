import { AnamnesisError } from '../contracts/index.ts'
import { checkImage } from './image.ts'
import { mapOrdered } from './mapOrdered.ts'

export interface CorruptPolicy {
  /** Leave corrupt images out and count them instead of failing. */
  skipCorrupt?: boolean
  /** Even then fail when more than this many are corrupt. */
  maxSkipped?: number
}

/** Images that were left out: how many, and the names of the first ones. */
export interface Skipped {
  count: number
  names: string[]
}

const LISTED = 20

/** Passes on the items whose image is sound, in order; `skipped` counts the others when the policy allows them. */
export async function* checkedItems<T extends { image: Uint8Array }>(
  items: AsyncIterable<T> | Iterable<T>,
  nameOf: (item: T) => string,
  policy: CorruptPolicy,
  skipped: Skipped,
): AsyncGenerator<T> {
  const checked = mapOrdered(items, 8, async (item) => {
    const problem = await checkImage(item.image, nameOf(item)).then(
      () => null,
      (error: unknown) => error,
    )
    return { item, problem }
  })
  for await (const { item, problem } of checked) {
    if (problem === null) {
      yield item
      continue
    }
    if (!policy.skipCorrupt || !(problem instanceof AnamnesisError)) throw problem
    skipped.count++
    if (skipped.names.length < LISTED) skipped.names.push(nameOf(item))
    const limit = policy.maxSkipped ?? 1000
    if (skipped.count > limit) {
      throw new AnamnesisError(
        'CORRUPT_IMAGE',
        `More than ${limit} images are corrupt (the last: "${nameOf(item)}"). Check the source; nothing was imported.`,
        { cause: problem },
      )
    }
  }
}

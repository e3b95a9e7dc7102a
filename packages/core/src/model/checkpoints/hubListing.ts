import { z } from 'zod'

/** What a model hub states of a file. */
export interface HubFile {
  name: string
  size: number
  /** Digest of the content: SHA-256 of large files, git's blob SHA-1 of small ones; hex. */
  digest: { kind: 'sha256' | 'gitBlob'; hex: string }
}

export interface HubListing {
  /** Commit that the revision stands for. */
  commit: string
  files: ReadonlyMap<string, HubFile>
}

const sibling = z.object({
  rfilename: z.string(),
  size: z.number().int().nonnegative().optional(),
  blobId: z.string().optional(),
  lfs: z.object({ sha256: z.string(), size: z.number().int().nonnegative() }).nullish(),
})
const modelAnswer = z.object({ sha: z.string().regex(/^[0-9a-f]{7,64}$/), siblings: z.array(sibling) })

/** A name without a folder, so that nothing is written elsewhere. */
const SAFE_NAME = /^[A-Za-z0-9_][\w.-]*$/

/**
 * Parses what the hub's API answers for a revision (`/api/models/<name>/revision/<revision>?blobs=true`). Files in
 * folders are left out: no checkpoint that can be imported has any.
 * @returns null when it is something else
 */
export function parseHubListing(raw: unknown): HubListing | null {
  const parsed = modelAnswer.safeParse(raw)
  if (!parsed.success) return null
  const files = new Map<string, HubFile>()
  for (const { rfilename: name, size, blobId, lfs } of parsed.data.siblings) {
    if (!SAFE_NAME.test(name)) continue
    if (lfs) files.set(name, { name, size: lfs.size, digest: { kind: 'sha256', hex: lfs.sha256 } })
    else if (size !== undefined && blobId) files.set(name, { name, size, digest: { kind: 'gitBlob', hex: blobId } })
  }
  return { commit: parsed.data.sha, files }
}

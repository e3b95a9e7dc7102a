import { join } from 'node:path'
import { AnamnesisError, type Split, type TaskClass } from '../../contracts/index.ts'
import { classIndexOf, type Listed } from './definition.ts'
import { findFolder, imagesBelow, subfolders } from './folders.ts'

export interface ClassFolders {
  classes: readonly TaskClass[]
  /** Where the class folders are; each part is looked for in its places, the first that is there counts. */
  parts: readonly { places: readonly string[]; split?: Split; optional?: boolean }[]
  /** Class id by folder name in lower case. */
  folders: Readonly<Record<string, string>>
  /** Folders beside the class folders that hold something else, in lower case. */
  ignore?: readonly string[]
  /** Patient, slide or video of an image. @param file relative to the data set's folder */
  group?(file: string): string | null
}

/**
 * Reads a data set that is one folder a class, with images at any depth below.
 * @throws MISSING_DATA for a folder that is not there or empty, WRONG_LABEL for one that is no class
 */
export function classFolders(layout: ClassFolders): (root: string) => Promise<Listed[]> {
  const index = classIndexOf(layout.classes)
  return async (root) => {
    const listed: Listed[] = []
    for (const { places, split = null, optional } of layout.parts) {
      const place = await findFolder(root, places)
      if (place === null) {
        if (optional) continue
        throw new AnamnesisError(
          'MISSING_DATA',
          `"${root}" holds no folder ${places.join(' or ')}. Check the path, or unpack the download completely.`,
        )
      }
      const missing = new Set(Object.values(layout.folders))
      for (const name of await subfolders(join(root, place))) {
        if (layout.ignore?.includes(name.toLowerCase())) continue
        const classId = layout.folders[name.toLowerCase()]
        const folder = place === '.' ? name : `${place}/${name}`
        if (classId === undefined) {
          throw new AnamnesisError(
            'WRONG_LABEL',
            `"${join(root, folder)}" is no class folder (known: ${Object.keys(layout.folders).join(', ')}). Move it away or check the path.`,
          )
        }
        const label = index.get(classId)!
        const files = await imagesBelow(root, folder)
        if (files.length > 0) missing.delete(classId)
        for (const file of files) listed.push({ file, label, group: layout.group?.(file) ?? null, split })
      }
      if (missing.size > 0) {
        throw new AnamnesisError(
          'MISSING_DATA',
          `"${join(root, place)}" holds no images of ${[...missing].join(', ')}. Unpack the download completely.`,
        )
      }
    }
    return listed
  }
}

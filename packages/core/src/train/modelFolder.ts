import { access } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { AnamnesisError, slug } from '../contracts/index.ts'

/** Models that come with the product. */
export const shippedModels = resolve(import.meta.dirname, '../../models')

/**
 * Folder of a base model: one made on this machine (`<home>/models/<id>`) before one that came with the product.
 * @throws UNKNOWN_MODEL with the way to make it
 */
export async function findModelFolder(id: string, home: string): Promise<string> {
  if (slug.safeParse(id).success) {
    for (const folder of [join(home, 'models', id), join(shippedModels, id)]) {
      const found = await access(join(folder, 'model.json')).then(
        () => true,
        () => false,
      )
      if (found) return folder
    }
  }
  throw new AnamnesisError(
    'UNKNOWN_MODEL',
    `There is no base model "${id}". A suite's own model is made with: npm run pretrain -- --suite <suite>`,
    { field: 'model' },
  )
}

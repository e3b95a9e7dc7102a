import { AnamnesisError } from '@anamnesis/core/contracts'
import type { Request, Response } from 'express'
import type { Catalog } from '../services/catalog.ts'

/** GET /figures/<corpus>/<id>.jpg: the image as it was imported (JPEG or PNG, the header says which). */
export function figureImage(catalog: Catalog) {
  return async (request: Request<{ corpus: string; file: string }>, response: Response): Promise<void> => {
    const { corpus: corpusId, file } = request.params
    const image = await read(catalog, corpusId, file.replace(/\.jpg$/, ''))
    if (!image) {
      response.status(404).json({ code: 'NOT_FOUND', message: `There is no figure ${file} in corpus "${corpusId}".` })
      return
    }
    response.set({
      'content-type': image.bytes[0] === 0x89 ? 'image/png' : 'image/jpeg',
      // The bytes of an id change only with the corpus: the tag settles that without sending them again.
      'cache-control': 'public, max-age=300',
      etag: `"${image.tag}"`,
      'x-content-type-options': 'nosniff',
      'cross-origin-resource-policy': 'cross-origin',
      'content-security-policy': "default-src 'none'",
    })
    if (request.fresh) response.status(304).end()
    else response.send(Buffer.from(image.bytes))
  }
}

async function read(catalog: Catalog, corpusId: string, id: string) {
  try {
    const corpus = await catalog.corpus(corpusId)
    const bytes = await corpus.imageById(id)
    return bytes && { bytes, tag: `${corpus.digest.slice(0, 16)}-${Buffer.from(id).toString('hex')}` }
  } catch (error) {
    if (error instanceof AnamnesisError && ['UNKNOWN_CORPUS', 'BAD_INPUT', 'MISSING_DATA'].includes(error.code))
      return null
    throw error
  }
}

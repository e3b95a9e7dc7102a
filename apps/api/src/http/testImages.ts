import { AnamnesisError } from '@anamnesis/core/contracts'
import { datasetFolder, openDataset } from '@anamnesis/core/importers'
import type { Request, Response } from 'express'

/** GET /tests/<task>/<number>.jpg: an image of a task's test split, as it was imported (JPEG or PNG). */
export function testImage(home: string) {
  return async (request: Request<{ task: string; file: string }>, response: Response): Promise<void> => {
    const { task, file } = request.params
    const image = await read(home, task, Number(file.replace(/\.jpg$/, '')))
    if (!image) {
      response.status(404).json({ code: 'NOT_FOUND', message: `There is no test image ${file} of task "${task}".` })
      return
    }
    response.set({
      'content-type': image[0] === 0x89 ? 'image/png' : 'image/jpeg',
      'cache-control': 'public, max-age=300',
      'x-content-type-options': 'nosniff',
      'cross-origin-resource-policy': 'cross-origin',
      'content-security-policy': "default-src 'none'",
    })
    response.send(Buffer.from(image))
  }
}

async function read(home: string, task: string, index: number): Promise<Uint8Array | null> {
  try {
    await using dataset = await openDataset(datasetFolder(home, task))
    return (await dataset.read('test', index)).image
  } catch (error) {
    if (error instanceof AnamnesisError && ['NOT_FOUND', 'BAD_INPUT', 'MISSING_DATA'].includes(error.code)) return null
    throw error
  }
}

import { differenceHash, type Encoder, hashDistance } from '@anamnesis/core/embed'
import { corpusFolder, datasetFolder, openCorpus, openDataset } from '@anamnesis/core/importers'
import type { VectorStore } from '@anamnesis/core/stores'
import type { LeaksRequest, LeaksResult, Suspect } from './protocol.ts'

/** Test images that are encoded together. */
const BATCH = 32
/** Nearest figures of each test image that are looked at. */
const NEAREST = 5

/**
 * Looks for test images in the literature: of each image the nearest figures by image vector are suspects when the cosine
 * reaches `similarity` or the difference hashes differ in at most `distance` bits. Retracted figures count too.
 * @throws MISSING_DATA when a task is not imported
 */
export async function findLeaks(
  request: LeaksRequest,
  store: VectorStore,
  encoderOf: () => Promise<Encoder>,
  onProgress: (progress: { done: number; total: number }) => void,
): Promise<LeaksResult> {
  const { home, corpusId, taskIds, similarity, distance } = request
  const encoder = await encoderOf()
  await using corpus = await openCorpus(corpusFolder(home, corpusId))
  const hashes = new FigureHashes(corpus)
  const suspects: Suspect[] = []
  const images: LeaksResult['images'] = []
  let total = 0
  for (const taskId of taskIds) {
    await using dataset = await openDataset(datasetFolder(home, taskId))
    const count = dataset.size('test')
    images.push({ taskId, images: count })
    total += count
  }
  let done = 0
  for (const taskId of taskIds) {
    await using dataset = await openDataset(datasetFolder(home, taskId))
    const count = dataset.size('test')
    for (let from = 0; from < count; from += BATCH) {
      const places = Array.from({ length: Math.min(BATCH, count - from) }, (_, i) => from + i)
      const samples = await Promise.all(places.map((place) => dataset.read('test', place)))
      const { data, dim } = await encoder.encodeImages(samples.map(({ image }) => image))
      for (const [i, sample] of samples.entries()) {
        const vector = data.subarray(i * dim, (i + 1) * dim)
        const near = await store.nearestImages(vector, NEAREST, { retracted: 'with' })
        const own = await differenceHash(sample.image)
        for (const { figure, score } of near) {
          const bits = hashDistance(own, await hashes.of(figure.id))
          if (score < similarity && bits > distance) continue
          const place = { taskId, sampleId: sample.id, sampleIndex: from + i }
          suspects.push({ ...place, figureId: figure.id, similarity: score, distance: bits })
        }
      }
      done += samples.length
      onProgress({ done, total })
    }
  }
  return { suspects, images, encoderId: store.encoderId, indexVersion: await store.version() }
}

/** Hashes of figures, each made once. */
class FigureHashes {
  private readonly known = new Map<string, bigint | null>()

  constructor(private readonly corpus: { imageById(id: string): Promise<Uint8Array | null> }) {}

  async of(figureId: string): Promise<bigint | null> {
    const known = this.known.get(figureId)
    if (known !== undefined) return known
    const image = await this.corpus.imageById(figureId)
    const hash = image && (await differenceHash(image))
    this.known.set(figureId, hash)
    return hash
  }
}

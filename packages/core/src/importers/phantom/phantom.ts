import type { Random } from '../../contracts/index.ts'
import { Canvas, type Colour } from './canvas.ts'
import { encode, expose, randomPose, type Scanner } from './scanner.ts'

/** One thing that a picture of a modality can show; the first of a phantom is the normal one. */
export interface Finding {
  id: string
  name: string
  /** What follows "a photo of " in the class prompt. */
  promptName: string
  /** Names for captions, the first is the usual one. */
  words: readonly string[]
  /** What a caption may add: signs that can be seen in the picture. */
  signs: readonly string[]
}

/** A modality that is drawn instead of recorded. Everything it makes is synthetic. */
export interface Phantom {
  /** Id of its task, "phantom-chest-xray". */
  id: string
  name: string
  /** Clinical domain in words: "chest radiography". */
  domain: string
  /** Keyword of questions and of `Figure.modality`. */
  modality: string
  anatomy: string
  /** What captions call such a picture. */
  pictureWords: readonly string[]
  /** What captions call the place. */
  siteWords: readonly string[]
  channels: 1 | 3
  background: Colour
  findings: readonly Finding[]
  /** False where left and right are not alike (the liver is on one side). */
  mirrors: boolean
  /** @param severity 1 is a text-book case */
  draw(canvas: Canvas, findingId: string, severity: number, random: Random): void
  /** A mark or scanner artefact, drawn after the finding. */
  disturb(canvas: Canvas, random: Random): void
}

/**
 * Draws one picture, ready to encode.
 * @param random decides pose, anatomy and finding
 * @param exposure decides blur, tone and noise; another one on the same `random` gives a near-duplicate
 */
export function drawPhantom(
  phantom: Phantom,
  findingId: string,
  scanner: Scanner,
  random: Random,
  exposure: Random = random,
): { pixels: Uint8Array; channels: 1 | 3 } {
  const canvas = new Canvas(phantom.channels, phantom.background)
  canvas.setPose(randomPose(scanner, random, phantom.mirrors))
  phantom.draw(canvas, findingId, random.uniform(...scanner.severity), random)
  if (random.uniform() < scanner.artefacts) phantom.disturb(canvas, random)
  return { pixels: expose(canvas, scanner, exposure), channels: phantom.channels }
}

/** JPEG bytes of one picture; the same random states give the same picture. */
export function phantomImage(...drawing: Parameters<typeof drawPhantom>): Promise<Uint8Array> {
  const { pixels, channels } = drawPhantom(...drawing)
  return encode(pixels, channels)
}

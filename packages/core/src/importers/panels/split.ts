import sharp from 'sharp'
import type { FigureRecord, NewFigureRecord } from '../../contracts/index.ts'
import { modalityOfCaption } from '../captionModality.ts'
import type { ImportReport } from '../importReport.ts'
import { allowsChanges } from '../licence.ts'
import { type Box, findPanels } from './gutters.ts'
import { splitCaption } from './markers.ts'

/** Gutters are looked for in a copy whose longer side has at most this many pixels. */
const ANALYSED_SIDE = 640
/** A panel whose shorter side has fewer pixels shows nothing. */
const MIN_SIDE = 32
const QUALITY = 95
/** Words for the whole figure that a panel's caption takes over. */
const MAX_COMMON = 600

/** Counts how figures of several panels fared. */
export class PanelReport {
  private figures = 0
  private candidates = 0
  private split = 0
  private panels = 0
  private readonly refused = new Map<string, number>()

  look(): void {
    this.figures++
  }

  candidate(): void {
    this.candidates++
  }

  refuse(reason: string): NewFigureRecord[] {
    this.refused.set(reason, (this.refused.get(reason) ?? 0) + 1)
    return []
  }

  cut(panels: NewFigureRecord[]): NewFigureRecord[] {
    this.split++
    this.panels += panels.length
    return panels
  }

  summary(): ImportReport['panels'] {
    const { figures, candidates, split, panels, refused } = this
    return { figures, candidates, split, panels, refused: Object.fromEntries(refused) }
  }
}

/**
 * The panels of a figure as figures of their own, each with its part of the caption and `parentId`: only where the caption
 * names as many panels as the gutters of the picture show, matched in reading order. Otherwise none, and the reason is counted.
 */
export async function panelsOf({ figure, image }: FigureRecord, report: PanelReport): Promise<NewFigureRecord[]> {
  report.look()
  if (figure.panel !== null) return []
  const caption = splitCaption(figure.caption)
  if (caption === null) return []
  report.candidate()
  if (!allowsChanges(figure.licence)) return report.refuse('licence allows no changes')
  const { pixels, width, height, scale } = await greyOf(image)
  const boxes = findPanels({ pixels, width, height }, caption.panels.length)
  if (boxes === null) return report.refuse('picture does not show as many panels as the caption names')
  const size = await sharp(image).metadata()
  const places = boxes.map((box) => scaled(box, scale, size))
  if (places.some((box) => Math.min(box.width, box.height) < MIN_SIDE)) return report.refuse('panels too small')
  const common = caption.common.length <= MAX_COMMON ? caption.common : ''
  const guessed = figure.modality === '' || figure.modality === modalityOfCaption(figure.caption)
  const panels: NewFigureRecord[] = []
  for (const [at, { label, text }] of caption.panels.entries()) {
    panels.push({
      figure: {
        ...figure,
        id: `${figure.id}/${label}`,
        caption: `${common} ${text}`.trim(),
        modality: (guessed && modalityOfCaption(text)) || figure.modality,
        parentId: figure.id,
        panel: label,
      },
      image: await extract(image, places[at]!, size.format === 'png'),
    })
  }
  return report.cut(panels)
}

/** A grey copy for the analysis; `scale` is its size as a share of the picture's. */
async function greyOf(image: Uint8Array) {
  const size = await sharp(image).metadata()
  const scale = Math.min(1, ANALYSED_SIDE / Math.max(size.width, size.height))
  const { data, info } = await sharp(image)
    .flatten({ background: '#ffffff' })
    .resize(Math.max(1, Math.round(size.width * scale)), Math.max(1, Math.round(size.height * scale)), { fit: 'fill' })
    .greyscale()
    .raw()
    .toBuffer({ resolveWithObject: true })
  return { pixels: new Uint8Array(data), width: info.width, height: info.height, scale }
}

function scaled(box: Box, scale: number, size: { width: number; height: number }): Box {
  const left = Math.max(0, Math.floor(box.left / scale))
  const top = Math.max(0, Math.floor(box.top / scale))
  return {
    left,
    top,
    width: Math.min(size.width - left, Math.ceil(box.width / scale)),
    height: Math.min(size.height - top, Math.ceil(box.height / scale)),
  }
}

async function extract(image: Uint8Array, box: Box, png: boolean): Promise<Uint8Array> {
  const part = sharp(image).extract(box)
  return (png ? part.png() : part.jpeg({ quality: QUALITY })).toBuffer()
}

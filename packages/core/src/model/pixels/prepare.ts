// Runs in worker threads too, where Node.js reads it as it is: types are all that may be erased.
import sharp, { type Sharp } from 'sharp'
import type { ResizeConfig } from '../../contracts/index.ts'
import { nearest, type Raster, resample, type Window } from './resample.ts'

/** The pictures that an image tower wants. */
export interface ImageTarget {
  /** Side in pixels. */
  size: number
  resize: ResizeConfig
}

const CHANNELS = 3
/** Name of a PNG's palette, "PLTE". */
const PALETTE = 0x504c5445
/** A larger image is refused before it is decoded (a small file can claim any size). */
const LARGEST_IMAGE = 100_000_000 // pixels

/**
 * An image as the model's pixels. `bicubic` and `bilinear` are what open_clip computes with PIL, to the last digit:
 * orientation (EXIF) and colour profiles are ignored, transparency is dropped after scaling, images with a palette or
 * with one bit are scaled without interpolation. One thing differs: of 16-bit grey images the high byte is taken, where
 * PIL makes everything above 255 white. `lanczos` turns images upright, follows colour profiles and puts transparent
 * images on black.
 * @returns [size, size, 3], 0..255
 * @throws Error with a message that goes after the image's name
 */
export async function prepareImage(image: Uint8Array, target: ImageTarget): Promise<Uint8Array> {
  // The signature is checked first: sharp would also read vector graphics and other formats with a larger attack surface.
  if (!isJpeg(image) && !isPng(image)) throw new Error('is neither JPEG nor PNG')
  try {
    return await (target.resize.kernel === 'lanczos' ? byLibvips(image, target) : asPil(image, target))
  } catch (cause) {
    throw new Error(`cannot be decoded: ${(cause as Error).message}`, { cause })
  }
}

const isJpeg = (bytes: Uint8Array) => bytes[0] === 0xff && bytes[1] === 0xd8 && bytes[2] === 0xff
const isPng = (bytes: Uint8Array) =>
  bytes[0] === 0x89 && bytes[1] === 0x50 && bytes[2] === 0x4e && bytes[3] === 0x47 && bytes[4] === 0x0d

const FIT = { shortest: 'cover', longest: 'contain', squash: 'fill' } as const

function byLibvips(image: Uint8Array, { size, resize }: ImageTarget): Promise<Uint8Array> {
  return sharp(image, { failOn: 'error', limitInputPixels: LARGEST_IMAGE })
    .autoOrient()
    .resize(size, size, { fit: FIT[resize.mode], position: 'centre', background: '#000' })
    .flatten({ background: '#000' })
    .toColourspace('srgb')
    .raw({ depth: 'uchar' })
    .toBuffer()
}

/** How PIL would hold an image. */
interface Picture {
  raster: Raster
  /** Values name colours, so nothing may be interpolated. */
  indexed: boolean
  /** The last channel is opacity. */
  alpha: boolean
  cmyk: boolean
  /** What surrounds the image in a larger square, when it is not 0. */
  filling: Uint8Array | null
}

async function asPil(image: Uint8Array, { size, resize }: ImageTarget): Promise<Uint8Array> {
  const picture = await decode(image)
  const { scaled, window, offset } = geometry(picture.raster, size, resize.mode)
  const part = scale(picture, scaled, window, resize.kernel as 'bicubic' | 'bilinear')
  return toRgb({ ...part, raster: placed(part, size, offset) }).data
}

async function decode(image: Uint8Array): Promise<Picture> {
  const open = () => sharp(image, { failOn: 'error', limitInputPixels: LARGEST_IMAGE, ignoreIcc: true })
  const { space, channels = CHANNELS, depth } = await open().metadata()
  const png = isPng(image) ? pngHeader(image) : null
  const cmyk = space === 'cmyk'
  const grey = channels === 1
  let pipeline: Sharp = open()
  if (cmyk) pipeline = pipeline.pipelineColourspace('cmyk').toColourspace('cmyk')
  else pipeline = pipeline.toColourspace(grey ? 'b-w' : 'srgb')
  const alpha = png?.alpha === true
  if (!alpha && !cmyk) pipeline = pipeline.removeAlpha()
  // libvips would round 16-bit grey through a colour space.
  const deep = grey && depth === 'ushort'
  if (deep) pipeline = pipeline.toColourspace('grey16')
  const { data, info } = await pipeline.raw({ depth: deep ? 'ushort' : 'uchar' }).toBuffer({ resolveWithObject: true })
  return {
    raster: { data: deep ? highBytes(data) : data, width: info.width, height: info.height, channels: info.channels },
    indexed: png?.indexed === true,
    alpha,
    cmyk,
    filling: png?.filling ?? null,
  }
}

/** Of 16-bit numbers in the order of this machine, which is little-endian wherever Node.js and sharp run. */
const highBytes = (data: Uint8Array) => Uint8Array.from({ length: data.length / 2 }, (_, i) => data[2 * i + 1]!)

/** What a PNG's header says of how its colours are stored. */
function pngHeader(bytes: Uint8Array): { indexed: boolean; alpha: boolean; filling: Uint8Array | null } {
  const [depth, type] = [bytes[24], bytes[25]]
  const palette = type === 3
  return {
    indexed: palette || (type === 0 && depth === 1),
    alpha: type === 4 || type === 6,
    filling: palette ? firstColour(bytes) : null,
  }
}

/** The first colour of a PNG's palette. */
function firstColour(bytes: Uint8Array): Uint8Array | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  for (let at = 8; at + 12 <= bytes.length; at += 12 + view.getUint32(at)) {
    if (view.getUint32(at + 4) === PALETTE) return bytes.slice(at + 8, at + 8 + CHANNELS)
  }
  return null
}

interface Geometry {
  /** The whole image after scaling. */
  scaled: { width: number; height: number }
  /** The part of it that is kept. */
  window: Window
  /** Where that part goes in the square. */
  offset: { left: number; top: number }
}

/** As torchvision's Resize and CenterCrop, or open_clip's ResizeKeepRatio and CenterCropOrPad. */
function geometry(
  { width, height }: Pick<Raster, 'width' | 'height'>,
  size: number,
  mode: ResizeConfig['mode'],
): Geometry {
  const scaled = scaledSize(width, height, size, mode)
  const across = crop(scaled.width, size)
  const down = crop(scaled.height, size)
  return {
    scaled,
    window: { left: across.from, top: down.from, width: across.length, height: down.length },
    offset: { left: across.to, top: down.to },
  }
}

function scaledSize(width: number, height: number, size: number, mode: ResizeConfig['mode']) {
  if (mode === 'squash') return { width: size, height: size }
  if (mode === 'longest') {
    const ratio = Math.max(height / size, width / size)
    return { width: Math.max(1, roundHalfEven(width / ratio)), height: Math.max(1, roundHalfEven(height / ratio)) }
  }
  return width <= height
    ? { width: size, height: Math.trunc((size * height) / width) }
    : { width: Math.trunc((size * width) / height), height: size }
}

/** The centre of a longer side, or all of a shorter one in the middle of the square. */
function crop(side: number, size: number): { from: number; length: number; to: number } {
  if (side < size) return { from: 0, length: side, to: Math.floor((size - side) / 2) }
  return { from: roundHalfEven((side - size) / 2), length: size, to: 0 }
}

/** Python's `round`. */
function roundHalfEven(value: number): number {
  const down = Math.floor(value)
  if (value - down !== 0.5) return Math.round(value)
  return down % 2 === 0 ? down : down + 1
}

function scale(
  picture: Picture,
  { width, height }: { width: number; height: number },
  window: Window,
  kernel: 'bicubic' | 'bilinear',
): Picture {
  const { raster, indexed, alpha } = picture
  if (indexed) return { ...picture, raster: nearest(raster, width, height, window) }
  if (!alpha || (raster.width === width && raster.height === height)) {
    return { ...picture, raster: resample(raster, width, height, kernel, window) }
  }
  return { ...picture, raster: divided(resample(multiplied(raster), width, height, kernel, window)) }
}

/** Colours times opacity: transparent pixels must not shine into their neighbours. */
function multiplied(raster: Raster): Raster {
  return eachColour(raster, (value, alpha) => times(value, alpha))
}

function divided(raster: Raster): Raster {
  return eachColour(raster, (value, alpha) =>
    alpha === 0 || alpha === 255 ? value : Math.min(255, Math.trunc((255 * value) / alpha)),
  )
}

function eachColour(raster: Raster, change: (value: number, alpha: number) => number): Raster {
  const { channels } = raster
  const data = new Uint8Array(raster.data)
  for (let i = 0; i < data.length; i += channels) {
    const alpha = data[i + channels - 1]!
    for (let channel = 0; channel + 1 < channels; channel++) data[i + channel] = change(data[i + channel]!, alpha)
  }
  return { ...raster, data }
}

/** a * b / 255, rounded as PIL does. */
function times(a: number, b: number): number {
  const product = a * b + 128
  return ((product >> 8) + product) >> 8
}

function toRgb({ raster, cmyk }: Picture): Raster {
  const { data, channels } = raster
  if (channels === CHANNELS) return raster
  const result = new Uint8Array((data.length / channels) * CHANNELS)
  for (let from = 0, to = 0; from < data.length; from += channels, to += CHANNELS) {
    for (let channel = 0; channel < CHANNELS; channel++) {
      const value = data[from + (channels < CHANNELS ? 0 : channel)]!
      const light = 255 - (cmyk ? data[from + CHANNELS]! : 0)
      result[to + channel] = cmyk ? Math.max(0, light - times(value, light)) : value
    }
  }
  return { ...raster, data: result, channels: CHANNELS }
}

/** The raster in the middle of a square of zeros (of a palette: its first colour), when it is smaller. */
function placed({ raster, filling }: Picture, size: number, { left, top }: Geometry['offset']): Raster {
  const { data, width, height, channels } = raster
  if (width === size && height === size) return raster
  const square = new Uint8Array(size * size * channels)
  if (filling) for (let i = 0; i < square.length; i++) square[i] = filling[i % channels]!
  const line = width * channels
  for (let row = 0; row < height; row++) {
    square.set(data.subarray(row * line, (row + 1) * line), ((top + row) * size + left) * channels)
  }
  return { data: square, width: size, height: size, channels }
}

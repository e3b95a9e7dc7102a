import { expect, test } from 'vitest'
import { Random } from '../../contracts/index.ts'
import { augmentPixels } from './augment.ts'

const size = 8
const still = { flip: false, shift: 0, zoom: 0, brightness: 0, contrast: 0 }
const random = new Random(1)
const pixels = Uint8Array.from({ length: 2 * size * size * 3 }, () => random.int(256))

test('changes nothing when every range is 0', () => {
  expect(augmentPixels(pixels, size, new Random(2), still)).toEqual(pixels)
})

test('is the same for the same seed, differs per image, and leaves its input alone', () => {
  const copy = pixels.slice()
  const first = augmentPixels(pixels, size, new Random(3))
  expect(augmentPixels(pixels, size, new Random(3))).toEqual(first)
  expect(pixels).toEqual(copy)
  const half = pixels.length / 2
  const twins = new Uint8Array(pixels.length)
  twins.set(pixels.subarray(0, half))
  twins.set(pixels.subarray(0, half), half)
  const [left, right] = [0, half].map((at) => augmentPixels(twins, size, new Random(4)).slice(at, at + half))
  expect(left).not.toEqual(right)
})

test('mirrors only when asked to', () => {
  const seen = new Set<string>()
  for (let seed = 0; seed < 12; seed++) {
    const [first] = [augmentPixels(pixels.subarray(0, 192), size, new Random(seed), { ...still, flip: true })]
    seen.add(first.join())
  }
  const mirrored = new Uint8Array(192)
  for (let i = 0; i < 64; i++) mirrored.set(pixels.subarray(i * 3, i * 3 + 3), (i - (i % 8) + 7 - (i % 8)) * 3)
  expect([...seen].sort()).toEqual([pixels.subarray(0, 192).join(), mirrored.join()].sort())
})

test('keeps a flat image flat, within the range of brightness', () => {
  const flat = new Uint8Array(size * size * 3).fill(128)
  const changed = augmentPixels(flat, size, new Random(5), { ...still, shift: 0.5, zoom: 0.3, brightness: 0.1 })
  expect(new Set(changed).size).toBe(1)
  expect(Math.abs(changed[0]! - 128)).toBeLessThanOrEqual(26)
})

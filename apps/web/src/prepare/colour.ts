/** Colours of the accuracy matrix: one perceptual ramp in OKLCH per theme, with text that stays readable on every step. */

export type Theme = 'light' | 'dark'

interface Stop {
  /** OKLCH lightness, chroma and hue (degrees). */
  l: number
  c: number
  h: number
}

// Lightness falls (light theme) or rises (dark theme) steadily, so the order survives any colour vision deficiency and
// a grey print; hue only helps.
const RAMPS: Record<Theme, [Stop, Stop, Stop]> = {
  light: [
    { l: 0.965, c: 0.018, h: 95 },
    { l: 0.74, c: 0.1, h: 190 },
    { l: 0.37, c: 0.1, h: 255 },
  ],
  dark: [
    { l: 0.25, c: 0.045, h: 262 },
    { l: 0.5, c: 0.085, h: 215 },
    { l: 0.88, c: 0.11, h: 120 },
  ],
}

const INK = { light: '#ffffff', dark: '#040607' }

const mix = (a: Stop, b: Stop, t: number): Stop => ({
  l: a.l + (b.l - a.l) * t,
  c: a.c + (b.c - a.c) * t,
  h: a.h + (b.h - a.h) * t,
})

/** OKLCH -> sRGB bytes, clipped to the gamut (Ottosson 2020). */
function oklchToRgb({ l, c, h }: Stop): [number, number, number] {
  const a = c * Math.cos((h * Math.PI) / 180)
  const b = c * Math.sin((h * Math.PI) / 180)
  const [lc, mc, sc] = [
    (l + 0.3963377774 * a + 0.2158037573 * b) ** 3,
    (l - 0.1055613458 * a - 0.0638541728 * b) ** 3,
    (l - 0.0894841775 * a - 1.291485548 * b) ** 3,
  ]
  const byte = (linear: number) => {
    const v = linear <= 0.0031308 ? 12.92 * linear : 1.055 * linear ** (1 / 2.4) - 0.055
    return Math.round(255 * Math.min(1, Math.max(0, v)))
  }
  return [
    byte(4.0767416621 * lc - 3.3077115913 * mc + 0.2309699292 * sc),
    byte(-1.2684380046 * lc + 2.6097574011 * mc - 0.3413193965 * sc),
    byte(-0.0041960863 * lc - 0.7034186147 * mc + 1.707614701 * sc),
  ]
}

const toHex = (rgb: readonly number[]) => `#${rgb.map((v) => v.toString(16).padStart(2, '0')).join('')}`
const fromHex = (hex: string) => [1, 3, 5].map((i) => Number.parseInt(hex.slice(i, i + 2), 16))

/** Relative luminance of WCAG 2. */
export function luminance(hex: string): number {
  const [r, g, b] = fromHex(hex).map((v) => {
    const s = v / 255
    return s <= 0.04045 ? s / 12.92 : ((s + 0.055) / 1.055) ** 2.4
  }) as [number, number, number]
  return 0.2126 * r + 0.7152 * g + 0.0722 * b
}

/** Contrast ratio of WCAG 2, from 1 to 21. */
export function contrast(a: string, b: string): number {
  const [low, high] = [luminance(a), luminance(b)].sort((x, y) => x - y) as [number, number]
  return (high + 0.05) / (low + 0.05)
}

export interface CellColour {
  fill: string
  text: string
}

/** Fill and text colour for `t` in [0, 1]; the text has a contrast of at least 4.5. */
export function sequential(t: number, theme: Theme): CellColour {
  const [low, middle, high] = RAMPS[theme]
  const at = Math.min(1, Math.max(0, t))
  const fill = toHex(oklchToRgb(at < 0.5 ? mix(low, middle, at * 2) : mix(middle, high, at * 2 - 1)))
  return { fill, text: readable(fill) }
}

const DIVERGING: Record<Theme, { loss: Stop; zero: Stop; gain: Stop }> = {
  light: { loss: { l: 0.5, c: 0.14, h: 40 }, zero: { l: 0.975, c: 0.002, h: 40 }, gain: { l: 0.45, c: 0.12, h: 250 } },
  dark: { loss: { l: 0.74, c: 0.13, h: 55 }, zero: { l: 0.255, c: 0.008, h: 250 }, gain: { l: 0.76, c: 0.11, h: 230 } },
}

/** Orange for a loss, blue for a gain; `t` in [-1, 1]. */
export function diverging(t: number, theme: Theme): CellColour {
  const { loss, zero, gain } = DIVERGING[theme]
  const end = t < 0 ? loss : gain
  const fill = toHex(oklchToRgb(mix({ ...zero, h: end.h }, end, Math.min(1, Math.abs(t)))))
  return { fill, text: readable(fill) }
}

function readable(fill: string): string {
  return contrast(fill, INK.dark) >= contrast(fill, INK.light) ? INK.dark : INK.light
}

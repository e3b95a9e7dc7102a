import { describe, expect, it } from 'vitest'
import { contrast, diverging, luminance, sequential } from './colour.ts'

const steps = Array.from({ length: 101 }, (_, i) => i / 100)

describe.each(['light', 'dark'] as const)('matrix colours in the %s theme', (theme) => {
  it('keeps text readable on every cell', () => {
    for (const t of steps) {
      const { fill, text } = sequential(t, theme)
      expect(contrast(fill, text), `t = ${t}`).toBeGreaterThanOrEqual(4.5)
    }
    for (const t of steps.flatMap((v) => [v, -v])) {
      const { fill, text } = diverging(t, theme)
      expect(contrast(fill, text), `t = ${t}`).toBeGreaterThanOrEqual(4.5)
    }
  })

  it('changes lightness in one direction only, so the order survives without hue', () => {
    const values = steps.map((t) => luminance(sequential(t, theme).fill))
    const sorted = [...values].sort((a, b) => (theme === 'light' ? b - a : a - b))
    expect(values).toEqual(sorted)
  })
})

import type { BoardMetric } from './board.ts'

export interface PassportLine {
  name: string
  text: string
}

/** Everything that fixes what a number means. */
export function passportOf(metric: BoardMetric): PassportLine[] {
  return [
    { name: 'Definition', text: metric.definition },
    { name: 'Formula', text: metric.formula },
    { name: 'Matrix', text: metric.convention },
    { name: 'Better', text: metric.better === 'lower' ? 'lower' : 'higher' },
    {
      name: 'Unit',
      text:
        metric.unit === 'points' ? 'percentage points (difference of shares, times 100)' : 'per cent (share times 100)',
    },
    { name: 'Needs', text: metric.needs },
    { name: 'Source', text: metric.source },
    { name: 'Key', text: metric.key },
  ]
}

import { metricValue, plural } from '../format.ts'
import type { Board } from './board.ts'
import { variants } from './variants.ts'

export interface SpreadRow {
  key: string
  title: string
  /** Standard deviations in points. */
  seed: string
  order: string
  /** Share of the variance that the order makes, per cent; null where it cannot be known. */
  orderShare: number | null
  words: string
}

/** Where the spread of each method's runs comes from. Rows only where at least one part is known. */
export function spreadRows(board: Board): SpreadRow[] {
  const notes = variants(board.entries)
  return board.entries.flatMap(({ key, method, variance }, i) => {
    const { seed, order, orderShare, p, runs, orders } = variance
    if (typeof seed !== 'number' && typeof order !== 'number') return []
    const share = typeof orderShare === 'number' ? orderShare * 100 : null
    const title = notes[i] ? `${method.title}, ${notes[i]}` : method.title
    const sample = `${plural(runs, 'run')}, ${plural(orders, 'order')}`
    return [
      {
        key,
        title,
        seed: metricValue(root(seed)),
        order: metricValue(root(order)),
        orderShare: share,
        words:
          share === null
            ? `${sample}: one order, so only the seeds can be seen`
            : `${sample}: ${share.toFixed(0)} % of the variance between orders, ${(100 - share).toFixed(0)} % between seeds${
                typeof p === 'number' ? `; p ${p < 0.001 ? '< 0.001' : `= ${p.toFixed(3)}`} for the order` : ''
              }`,
      },
    ]
  })
}

const root = (variance: number | null | undefined) => (typeof variance === 'number' ? Math.sqrt(variance) : null)

'use client'

import type { Board } from '../../prepare/leaderboard/board.ts'
import { spreadRows } from '../../prepare/leaderboard/spread.ts'
import { Empty, Panel } from '../../ui/surfaces.tsx'

/** How much of each method's spread comes from the order of the tasks and how much from the seed. */
export function SpreadPanel({ board }: { board: Board }) {
  const rows = spreadRows(board)
  const several = board.orders.length > 1
  return (
    <Panel title="Where the spread comes from" note="standard deviation in points" flush>
      {rows.length === 0 ? (
        <Empty title="Not known yet">
          It takes two runs of a method on one order, and two orders to tell both apart.
        </Empty>
      ) : (
        <div className="relative overflow-x-auto">
          <table className="num w-full text-right text-xs">
            <thead>
              <tr className="text-2xs text-ink-3">
                <th scope="col" className="py-2 pr-2 pl-4 text-left font-medium">
                  Method
                </th>
                <th scope="col" className="px-2 py-2 font-medium">
                  Seed
                </th>
                <th scope="col" className="px-2 py-2 font-medium">
                  Order
                </th>
                <th scope="col" className="w-1/3 py-2 pr-4 pl-2 text-left font-medium">
                  Share of the order
                </th>
              </tr>
            </thead>
            <tbody className="divide-y divide-line border-t border-line">
              {rows.map(({ key, title, seed, order, orderShare, words }) => (
                <tr key={key} title={words}>
                  <th scope="row" className="py-1.5 pr-2 pl-4 text-left font-normal">
                    {title}
                  </th>
                  <td className="px-2 py-1.5">{seed}</td>
                  <td className="px-2 py-1.5">{order}</td>
                  <td className="py-1.5 pr-4 pl-2">
                    {orderShare === null ? (
                      <span className="block text-left text-ink-3">one order</span>
                    ) : (
                      <div role="img" aria-label={words} className="flex items-center gap-2">
                        <span className="flex h-2 grow overflow-hidden rounded-full bg-sunken ring-1 ring-line">
                          <span className="bg-accent" style={{ width: `${orderShare}%` }} />
                        </span>
                        <span className="w-9">{orderShare.toFixed(0)} %</span>
                      </div>
                    )}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {several || rows.length === 0 ? null : (
        <p className="border-t border-line px-4 py-2 text-xs text-ink-3">
          Choose “All orders” to see what the order of the tasks does.
        </p>
      )}
    </Panel>
  )
}

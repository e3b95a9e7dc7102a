import type { SVGProps } from 'react'

const PATHS = {
  runs: 'M3 6h3l2 8 3-11 2.5 8H17',
  plus: 'M10 4v12M4 10h12',
  search: 'M9 14.5a5.5 5.5 0 1 0 0-11 5.5 5.5 0 0 0 0 11ZM13 13l4 4',
  board: 'M4 16V9M10 16V4M16 16v-5',
  model: 'M10 2.5 17 6.3v7.4l-7 3.8-7-3.8V6.3ZM3.3 6.4 10 10l6.7-3.6M10 10v7.2',
  book: 'M4 4.5c2-.9 4-.9 6 .3v11.4c-2-1.2-4-1.2-6-.3zM16 4.5c-2-.9-4-.9-6 .3v11.4c2-1.2 4-1.2 6-.3z',
  tasks: 'M4 4h5v5H4zM11 4h5v5h-5zM4 11h5v5H4zM11 11h5v5h-5z',
  sun: 'M10 13.5a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7ZM10 1.8v1.8M10 16.4v1.8M1.8 10h1.8M16.4 10h1.8M4.2 4.2l1.3 1.3M14.5 14.5l1.3 1.3M15.8 4.2l-1.3 1.3M5.5 14.5l-1.3 1.3',
  moon: 'M16.5 11.6A6.8 6.8 0 0 1 8.4 3.5a6.8 6.8 0 1 0 8.1 8.1Z',
  system: 'M3 4.5h14v9H3zM7.5 17h5M10 13.5V17',
  menu: 'M3 6h14M3 10h14M3 14h14',
  close: 'M5 5l10 10M15 5 5 15',
  check: 'M4 10.5 8 14.5 16 6',
  copy: 'M7 7h9v9H7zM13 7V4H4v9h3',
  chevron: 'M7 4l6 6-6 6',
  stop: 'M5.5 5.5h9v9h-9z',
  alert: 'M10 3 18 16.5H2L10 3ZM10 8v4M10 14.2v.3',
  external: 'M8 4H4v12h12v-4M11 4h5v5M16 4l-7 7',
  arrowUp: 'M10 16V4M5 9l5-5 5 5',
  arrowDown: 'M10 4v12M5 11l5 5 5-5',
  filter: 'M3 5h14M6 10h8M8.5 15h3',
} as const

export type IconName = keyof typeof PATHS

export function Icon({ name, size = 16, ...props }: { name: IconName; size?: number } & SVGProps<SVGSVGElement>) {
  return (
    <svg
      viewBox="0 0 20 20"
      width={size}
      height={size}
      fill="none"
      stroke="currentColor"
      strokeWidth={1.6}
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
      {...props}
      className={`shrink-0 ${props.className ?? ''}`}
    >
      <path d={PATHS[name]} />
    </svg>
  )
}

/** The product's mark: an accuracy matrix whose lower half keeps its colour. */
export function Mark({ size = 22 }: { size?: number }) {
  const shade = [1, 0.4, 0.2, 0.8, 1, 0.4, 0.6, 0.8, 1]
  return (
    <svg viewBox="0 0 14 14" width={size} height={size} aria-hidden="true" className="text-accent shrink-0">
      {shade.map((opacity, i) => (
        <rect
          // biome-ignore lint/suspicious/noArrayIndexKey: nine fixed squares
          key={i}
          x={(i % 3) * 5}
          y={Math.floor(i / 3) * 5}
          width={4}
          height={4}
          rx={1}
          fill="currentColor"
          opacity={opacity}
        />
      ))}
    </svg>
  )
}

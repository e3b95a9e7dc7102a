/** Numbers and times as people read them. Absent values become an en dash, never 0. */

const ABSENT = '–'

/** A share in [0, 1] as per cent with one decimal, without the sign. */
export function percent(value: number | null | undefined, digits = 1): string {
  return value === null || value === undefined || !Number.isFinite(value) ? ABSENT : (value * 100).toFixed(digits)
}

/** A number with about four significant digits; exponents only where they help. */
export function number(value: number | null | undefined): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return ABSENT
  if (Number.isInteger(value) && Math.abs(value) < 1e7) return value.toLocaleString('en-US')
  const size = Math.abs(value)
  if (size >= 1e6 || size < 1e-3) return value.toExponential(2)
  return value.toFixed(size >= 100 ? 1 : size >= 1 ? 3 : 4)
}

/** Axis ticks are round already; only float noise and very small numbers need care. */
export function tickLabel(value: number): string {
  if (value === 0) return '0'
  const size = Math.abs(value)
  return size >= 1e5 || size < 1e-3 ? value.toExponential(0) : String(Number(value.toPrecision(6)))
}

/** A metric: "percent" is a share in [0, 1], "points" a difference of two shares; both are shown times 100. */
export function metricValue(value: number | null | undefined): string {
  return value === null || value === undefined || !Number.isFinite(value) ? ABSENT : minus((value * 100).toFixed(1))
}

/** A true minus sign, as wide as a digit; never "-0.0". */
function minus(text: string): string {
  return /^-0\.?0*$/.test(text) ? text.slice(1) : text.replace('-', '\u2212')
}

export function count(value: number | null | undefined): string {
  return value === null || value === undefined ? ABSENT : value.toLocaleString('en-US')
}

export function bytes(value: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB']
  let size = value
  let unit = 0
  while (size >= 1000 && unit < units.length - 1) {
    size /= 1000
    unit++
  }
  return `${unit === 0 ? size : size.toFixed(1)} ${units[unit]}`
}

/** "1.4 ms", "320 ms", "2.1 s" */
export function milliseconds(value: number): string {
  if (value < 10) return `${value.toFixed(1)} ms`
  return value < 1000 ? `${Math.round(value)} ms` : `${(value / 1000).toFixed(1)} s`
}

/** "8 s", "3 min 12 s", "2 h 5 min", "4 d 3 h" */
export function duration(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000))
  if (seconds < 60) return `${seconds} s`
  const minutes = Math.floor(seconds / 60)
  if (minutes < 60) return `${minutes} min ${seconds % 60} s`
  const hours = Math.floor(minutes / 60)
  if (hours < 24) return `${hours} h ${minutes % 60} min`
  return `${Math.floor(hours / 24)} d ${hours % 24} h`
}

/** "just now", "12 s ago", "3 min ago", "2 h ago", "5 d ago" */
export function age(iso: string | null | undefined, now: number): string {
  if (!iso) return ABSENT
  const seconds = Math.floor((now - Date.parse(iso)) / 1000)
  if (seconds < 3) return 'just now'
  if (seconds < 60) return `${seconds} s ago`
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ago`
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)} h ago`
  return `${Math.floor(seconds / 86_400)} d ago`
}

/** Local wall-clock time with seconds, "14:03:27". */
export function clock(iso: string): string {
  return new Date(iso).toLocaleTimeString('en-GB')
}

export function dateTime(iso: string | null | undefined): string {
  if (!iso) return ABSENT
  return new Date(iso).toLocaleString('en-GB', { dateStyle: 'medium', timeStyle: 'medium' })
}

export function plural(n: number, one: string, many = `${one}s`): string {
  return `${n.toLocaleString('en-US')} ${n === 1 ? one : many}`
}

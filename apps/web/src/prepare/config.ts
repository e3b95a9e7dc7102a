/** A run's settings beside their defaults, and JSON as a flat list of lines. */

export interface SettingLine {
  path: string
  value: string
  default: string | null
  differs: boolean
}

const record = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {}

/** JSON leaves by path: {"a": {"b": 1}} -> a.b = 1. Lists stay whole; null is shown as null. */
export function flatten(value: unknown, prefix = ''): { path: string; value: string }[] {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
  if (!isObject || Object.keys(value).length === 0) return prefix === '' ? [] : [{ path: prefix, value: show(value) }]
  return Object.entries(value).flatMap(([key, inner]) => flatten(inner, prefix === '' ? key : `${prefix}.${key}`))
}

function show(value: unknown): string {
  if (typeof value === 'string') return value
  return value === undefined ? '' : JSON.stringify(value)
}

/** Defaults of an object schema by property. */
function defaultsOf(schema: unknown): Record<string, unknown> {
  const out: Record<string, unknown> = {}
  for (const [name, property] of Object.entries(record(record(schema).properties))) {
    if ('default' in record(property)) out[name] = record(property).default
  }
  return out
}

/** Every setting of a resolved config; those that differ from the defaults first. */
export function settingLines(config: unknown, settingsSchema: unknown, parametersSchema: unknown): SettingLine[] {
  const general = flatten(defaultsOf(settingsSchema))
  const parameters = flatten(defaultsOf(parametersSchema), 'parameters')
  const defaults = new Map([...general, ...parameters].map(({ path, value }) => [path, value]))
  const chosen = new Set(['suite', 'order', 'method', 'seed'])
  return flatten(config)
    .map(({ path, value }) => {
      const fallback = defaults.get(path) ?? null
      return { path, value, default: fallback, differs: !chosen.has(path) && fallback !== null && fallback !== value }
    })
    .sort((a, b) => Number(b.differs) - Number(a.differs))
}

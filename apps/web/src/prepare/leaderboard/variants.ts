import { flatten } from '../config.ts'

/**
 * What tells entries of the same method apart: the settings in which their configs differ, "alpha = 2, stepsPerTask =
 * 60". Empty where a method has one entry.
 */
export function variants(entries: readonly { method: { key: string }; config: unknown }[]): string[] {
  const flat = entries.map((entry) => new Map(flatten(entry.config).map(({ path, value }) => [path, value])))
  return entries.map((entry, index) => {
    const family = flat.filter((_, i) => entries[i]!.method.key === entry.method.key)
    if (family.length < 2) return ''
    const paths = [...new Set(family.flatMap((one) => [...one.keys()]))]
    return paths
      .filter((path) => new Set(family.map((one) => one.get(path))).size > 1)
      .map((path) => `${path.replace(/^parameters\./, '')} = ${flat[index]!.get(path) ?? 'none'}`)
      .join(', ')
  })
}

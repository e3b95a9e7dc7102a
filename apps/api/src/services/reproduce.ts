import { runConfig } from '@anamnesis/core/contracts'
import { addOnById, methodById } from '@anamnesis/core/methods'
import type { RunRow } from '../db/client.ts'
import { suiteOrNull } from './catalog.ts'
import { canonical, configOf } from './runs.ts'

/** The command that starts the same run again: it states what differs from the defaults. */
export function reproduceCommand(row: RunRow): string {
  const config = configOf(row)
  const suite = suiteOrNull(row.suite)
  const defaults = {
    ...runConfig.parse({ suite: row.suite, method: row.method }),
    ...suite?.defaults,
    model: suite?.modelId,
  }
  const words = ['npm run benchmark --', '--suite', row.suite, '--methods', row.method, '--seeds', String(row.seed)]
  if (row.order !== 'default') words.push('--order', row.order)
  for (const [key, value] of Object.entries(config)) {
    if (['suite', 'order', 'method', 'seed', 'parameters', 'addOns'].includes(key)) continue
    if (canonical(value) !== canonical(defaults[key as keyof typeof defaults])) words.push('--set', setting(key, value))
  }
  const own = parameterDefaults(row.method)
  for (const [key, value] of Object.entries(config.parameters)) {
    if (canonical(value) !== canonical(own[key])) words.push('--set', setting(`${row.method}.${key}`, value))
  }
  // Runs from before add-ons have none.
  for (const [id, values] of Object.entries(config.addOns ?? {})) {
    const plain = addOnDefaults(id)
    const changed = Object.entries(values).filter(([key, value]) => canonical(value) !== canonical(plain[key]))
    if (changed.length === 0) words.push('--add-on', id)
    for (const [key, value] of changed) words.push('--add-on', setting(`${id}.${key}`, value))
  }
  return words.join(' ')
}

function parameterDefaults(method: string): Record<string, unknown> {
  try {
    return methodById(method).parse({})
  } catch {
    return {} // unknown by now, or with parameters that have no default
  }
}

function addOnDefaults(id: string): Record<string, unknown> {
  try {
    return addOnById(id).parse({})
  } catch {
    return {} // unknown by now
  }
}

function setting(key: string, value: unknown): string {
  const text = `${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`
  return /^[\w.=:/+-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`
}

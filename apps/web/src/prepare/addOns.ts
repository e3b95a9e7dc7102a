import { type Field, readForm } from './schemaForm.ts'

/** An add-on that a form offers. */
export interface OfferedAddOn {
  key: string
  title: string
  fields: Field[]
  needs: string
}

/**
 * What the chosen add-ons say, for a start: each with the values that differ from its defaults; and a message per bad
 * field, as "key.field". An add-on that needs a reference set is left out where the method has none.
 */
export function readAddOns(
  offered: readonly OfferedAddOn[],
  chosen: readonly string[],
  texts: Readonly<Record<string, Record<string, string>>>,
  reference: boolean,
): { values: Record<string, Record<string, unknown>>; errors: Record<string, string> } {
  const values: Record<string, Record<string, unknown>> = {}
  const errors: Record<string, string> = {}
  for (const { key, fields, needs } of offered) {
    if (!chosen.includes(key) || (needs === 'reference' && !reference)) continue
    const form = readForm(fields, texts[key] ?? {})
    values[key] = form.values
    for (const [field, message] of Object.entries(form.errors)) errors[`${key}.${field}`] = message
  }
  return { values, errors }
}

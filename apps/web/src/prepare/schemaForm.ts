/**
 * A form from a JSON Schema: fields with titles, defaults and limits, text in and typed values out. It knows the part of
 * JSON Schema that parameters use (number, integer, boolean, enum, string, array of these, nullable).
 */

type FieldKind = 'number' | 'integer' | 'boolean' | 'enum' | 'string' | 'array' | 'json'

export interface Field {
  name: string
  title: string
  description: string
  kind: FieldKind
  nullable: boolean
  required: boolean
  /** undefined when the schema gives none. */
  default: unknown
  minimum: number | null
  maximum: number | null
  exclusiveMinimum: number | null
  exclusiveMaximum: number | null
  minLength: number | null
  maxLength: number | null
  pattern: string | null
  options: string[]
  /** Items of an array. */
  items: Field | null
}

type Schema = Record<string, unknown>
const record = (value: unknown): Schema =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Schema) : {}
const num = (value: unknown): number | null => (typeof value === 'number' && Number.isFinite(value) ? value : null)
const text = (value: unknown): string | null => (typeof value === 'string' ? value : null)
// Zod writes the safe integer range for every integer; it is no limit that helps anybody.
const limit = (value: unknown): number | null => {
  const n = num(value)
  return n === null || Math.abs(n) >= Number.MAX_SAFE_INTEGER ? null : n
}

/** Fields of an object schema, in its order. `skip` leaves out properties that have their own control. */
export function fieldsOf(schema: unknown, skip: readonly string[] = []): Field[] {
  const root = record(schema)
  const required = Array.isArray(root.required) ? root.required : []
  return Object.entries(record(root.properties))
    .filter(([name]) => !skip.includes(name))
    .map(([name, property]) => fieldOf(name, record(property), required.includes(name)))
}

function fieldOf(name: string, property: Schema, required: boolean): Field {
  const { schema, nullable } = withoutNull(property)
  const options = Array.isArray(schema.enum) ? schema.enum.map(String) : 'const' in schema ? [String(schema.const)] : []
  return {
    name,
    title: text(property.title) ?? text(schema.title) ?? words(name),
    description: text(property.description) ?? text(schema.description) ?? '',
    kind: kindOf(schema, options),
    nullable,
    required: required && !('default' in property),
    default: 'default' in property ? property.default : schema.default,
    minimum: limit(schema.minimum),
    maximum: limit(schema.maximum),
    exclusiveMinimum: limit(schema.exclusiveMinimum),
    exclusiveMaximum: limit(schema.exclusiveMaximum),
    minLength: num(schema.minLength),
    maxLength: num(schema.maxLength),
    pattern: text(schema.pattern),
    options,
    items: schema.type === 'array' ? fieldOf(name, record(schema.items), true) : null,
  }
}

/** anyOf [X, null] and type ["x", "null"] both mean a nullable X. */
function withoutNull(property: Schema): { schema: Schema; nullable: boolean } {
  for (const key of ['anyOf', 'oneOf'] as const) {
    const choices = property[key]
    if (!Array.isArray(choices)) continue
    const rest = choices.map(record).filter((choice) => choice.type !== 'null')
    if (rest.length === 1 && rest.length < choices.length)
      return { schema: { ...property, ...rest[0] }, nullable: true }
    if (rest.length > 0 && rest.every((choice) => 'const' in choice)) {
      return {
        schema: { ...property, enum: rest.map((choice) => choice.const) },
        nullable: rest.length < choices.length,
      }
    }
  }
  if (Array.isArray(property.type)) {
    const types = property.type.filter((type) => type !== 'null')
    if (types.length === 1)
      return { schema: { ...property, type: types[0] }, nullable: types.length < property.type.length }
  }
  return { schema: property, nullable: false }
}

function kindOf(schema: Schema, options: string[]): FieldKind {
  if (options.length > 0) return 'enum'
  switch (schema.type) {
    case 'number':
    case 'integer':
    case 'boolean':
    case 'string':
    case 'array':
      return schema.type
    default:
      return 'json'
  }
}

/** "stepsPerTask" -> "Steps per task" */
export function words(name: string): string {
  const spaced = name
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replace(/[_.-]+/g, ' ')
    .toLowerCase()
  return spaced.charAt(0).toUpperCase() + spaced.slice(1)
}

/** What a control shows for a value. */
export function toText(value: unknown): string {
  if (value === undefined || value === null) return ''
  if (Array.isArray(value)) return value.map(toText).join(', ')
  if (typeof value === 'object') return JSON.stringify(value)
  return String(value)
}

export type Parsed = { ok: true; value: unknown } | { ok: false; message: string }

/** Reads a control's text. Empty means "the default" (undefined) or null where the field may be null. */
export function parseField(field: Field, input: string): Parsed {
  const trimmed = input.trim()
  if (trimmed === '') {
    if (field.nullable) return { ok: true, value: null }
    if (field.kind === 'array' && field.default === undefined) return { ok: true, value: [] }
    if (field.required) return { ok: false, message: `${field.title} is needed.` }
    return { ok: true, value: undefined }
  }
  switch (field.kind) {
    case 'number':
    case 'integer':
      return parseNumber(field, trimmed)
    case 'boolean':
      return trimmed === 'true' || trimmed === 'false'
        ? { ok: true, value: trimmed === 'true' }
        : { ok: false, message: 'Use true or false.' }
    case 'enum':
      return field.options.includes(trimmed)
        ? { ok: true, value: trimmed }
        : { ok: false, message: `Use one of: ${field.options.join(', ')}.` }
    case 'array':
      return parseArray(field, trimmed)
    case 'json':
      try {
        return { ok: true, value: JSON.parse(trimmed) }
      } catch {
        return { ok: false, message: 'This is not valid JSON.' }
      }
    case 'string':
      return parseString(field, trimmed)
  }
}

function parseNumber(field: Field, input: string): Parsed {
  const value = Number(input.replace(',', '.'))
  if (!Number.isFinite(value)) return { ok: false, message: `"${input}" is not a number.` }
  if (field.kind === 'integer' && !Number.isInteger(value)) return { ok: false, message: 'Use a whole number.' }
  if (field.minimum !== null && value < field.minimum) return { ok: false, message: `At least ${field.minimum}.` }
  if (field.maximum !== null && value > field.maximum) return { ok: false, message: `At most ${field.maximum}.` }
  if (field.exclusiveMinimum !== null && value <= field.exclusiveMinimum) {
    return { ok: false, message: `More than ${field.exclusiveMinimum}.` }
  }
  if (field.exclusiveMaximum !== null && value >= field.exclusiveMaximum) {
    return { ok: false, message: `Less than ${field.exclusiveMaximum}.` }
  }
  return { ok: true, value }
}

function parseString(field: Field, input: string): Parsed {
  if (field.minLength !== null && input.length < field.minLength) {
    return { ok: false, message: `At least ${field.minLength} characters.` }
  }
  if (field.maxLength !== null && input.length > field.maxLength) {
    return { ok: false, message: `At most ${field.maxLength} characters.` }
  }
  if (field.pattern !== null && !new RegExp(field.pattern).test(input)) {
    return { ok: false, message: `Does not match ${field.pattern}.` }
  }
  return { ok: true, value: input }
}

function parseArray(field: Field, input: string): Parsed {
  const values: unknown[] = []
  for (const part of input.split(',')) {
    if (part.trim() === '') continue
    const parsed: Parsed = field.items ? parseField(field.items, part) : { ok: true, value: part.trim() }
    if (!parsed.ok) return parsed
    values.push(parsed.value)
  }
  return { ok: true, value: values }
}

/** The limits in words, for the hint beside a control: "0 to 1", "> 0", "1 or more". */
export function limitsOf(field: Field): string {
  const show = (n: number) => n.toLocaleString('en-US', { maximumFractionDigits: 10 })
  const low = field.minimum !== null ? show(field.minimum) : null
  const high = field.maximum !== null ? show(field.maximum) : null
  if (low !== null && high !== null) return `${low} to ${high}`
  if (field.exclusiveMinimum !== null) {
    const end = high ?? (field.exclusiveMaximum !== null ? `< ${field.exclusiveMaximum}` : null)
    return end === null ? `> ${field.exclusiveMinimum}` : `> ${field.exclusiveMinimum}, up to ${end}`
  }
  if (low !== null) return field.exclusiveMaximum !== null ? `${low} to < ${field.exclusiveMaximum}` : `${low} or more`
  return high !== null ? `up to ${high}` : ''
}

export interface FormResult {
  /** Only what differs from the defaults. */
  values: Record<string, unknown>
  errors: Record<string, string>
}

/** Reads all fields: values that differ from their (possibly suite-specific) defaults, and a message per bad field. */
export function readForm(
  fields: readonly Field[],
  texts: Readonly<Record<string, string>>,
  defaults: Readonly<Record<string, unknown>> = {},
): FormResult {
  const values: Record<string, unknown> = {}
  const errors: Record<string, string> = {}
  for (const field of fields) {
    const input = texts[field.name]
    if (input === undefined) continue
    const parsed = parseField(field, input)
    if (!parsed.ok) errors[field.name] = parsed.message
    else if (parsed.value !== undefined) {
      const fallback = field.name in defaults ? defaults[field.name] : field.default
      if (!same(parsed.value, fallback ?? (field.nullable ? null : undefined))) values[field.name] = parsed.value
    }
  }
  return { values, errors }
}

const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b)

/** "1, 2, 5-7" -> [1, 2, 5, 6, 7]; whole numbers from 0 to 2^31 - 1, no doubles, at most 50. */
export function parseSeeds(input: string): { seeds: number[]; error: string | null } {
  const seeds = new Set<number>()
  for (const part of input.split(/[\s,;]+/)) {
    if (part === '') continue
    const match = /^(\d+)(?:-(\d+))?$/.exec(part)
    if (!match) return { seeds: [], error: `"${part}" is not a whole number.` }
    const from = Number(match[1])
    const to = match[2] === undefined ? from : Number(match[2])
    if (to > 2_147_483_647 || from > to) return { seeds: [], error: `"${part}" is out of range (0 to 2147483647).` }
    if (to - from >= 50 || seeds.size + (to - from) >= 50) return { seeds: [], error: 'At most 50 seeds at once.' }
    for (let seed = from; seed <= to; seed++) seeds.add(seed)
  }
  return seeds.size === 0 ? { seeds: [], error: 'At least one seed is needed.' } : { seeds: [...seeds], error: null }
}

/** Sorts server errors to the controls they name ("parameters.alpha" -> alpha); the rest is for the form as a whole. */
export function errorsByField(errors: readonly { field?: string | null; message: string }[]): {
  fields: Record<string, string>
  general: string[]
} {
  const fields: Record<string, string> = {}
  const general: string[] = []
  for (const { field, message } of errors) {
    if (field) fields[field.replace(/^(input\.)?/, '')] = message
    else general.push(message)
  }
  return { fields, general }
}

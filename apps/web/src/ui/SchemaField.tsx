'use client'

import { useId } from 'react'
import { type Field, limitsOf, toText } from '../prepare/schemaForm.ts'
import { Select } from './controls.tsx'

/** One control for one property of a JSON Schema. Its text is parsed by `prepare/schemaForm`. */
export function SchemaField({
  field,
  value,
  fallback,
  error,
  onChange,
}: {
  field: Field
  /** What the control shows; undefined shows the default. */
  value: string | undefined
  /** The default in effect: the suite's where it has one, else the schema's. */
  fallback: unknown
  error: string | undefined
  onChange: (text: string) => void
}) {
  const id = useId()
  const text = value ?? toText(fallback)
  const changed = value !== undefined && value.trim() !== toText(fallback)
  const hints = [
    limitsOf(field),
    field.nullable ? 'empty for none' : '',
    field.kind === 'array' ? 'separated by commas' : '',
  ]
  const shared = {
    id,
    'aria-invalid': error !== undefined,
    'aria-describedby': `${id}-help`,
    name: field.name,
  }
  return (
    <div className="min-w-0">
      <div className="flex items-baseline justify-between gap-2">
        <label htmlFor={id} className="truncate text-xs font-medium" title={field.name}>
          {field.title}
        </label>
        {changed ? (
          <button
            type="button"
            onClick={() => onChange(toText(fallback))}
            className="text-2xs whitespace-nowrap text-accent hover:underline"
          >
            reset to {toText(fallback) || 'none'}
          </button>
        ) : null}
      </div>
      <div className="mt-1">
        {field.kind === 'enum' ? (
          <Select {...shared} value={text} onChange={(event) => onChange(event.target.value)} className="w-full">
            {field.nullable ? <option value="">none</option> : null}
            {field.options.map((option) => (
              <option key={option}>{option}</option>
            ))}
          </Select>
        ) : field.kind === 'boolean' ? (
          <span className="flex h-8 items-center gap-2 pointer-coarse:h-9">
            <input
              {...shared}
              type="checkbox"
              checked={text === 'true'}
              onChange={(event) => onChange(String(event.target.checked))}
              className="size-4 accent-accent"
            />
            <span className="text-xs text-ink-2">{text === 'true' ? 'on' : 'off'}</span>
          </span>
        ) : (
          <input
            {...shared}
            value={text}
            inputMode={field.kind === 'number' || field.kind === 'integer' ? 'decimal' : undefined}
            placeholder={field.nullable ? 'none' : undefined}
            onChange={(event) => onChange(event.target.value)}
            className={`control num w-full ${changed ? 'border-accent!' : ''}`}
          />
        )}
      </div>
      <p
        id={`${id}-help`}
        className={`mt-1 text-2xs ${error ? 'text-bad' : 'text-ink-3'}`}
        role={error ? 'alert' : undefined}
      >
        {error ?? (
          <>
            {field.description} <span className="num whitespace-nowrap">{hints.filter(Boolean).join(', ')}</span>
          </>
        )}
      </p>
    </div>
  )
}

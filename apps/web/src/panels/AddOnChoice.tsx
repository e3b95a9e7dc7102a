'use client'

import type { OfferedAddOn } from '../prepare/addOns.ts'
import { SchemaField } from '../ui/SchemaField.tsx'
import { Tag } from '../ui/surfaces.tsx'

interface Props {
  offered: readonly (OfferedAddOn & { summary: string; paper: string })[]
  chosen: readonly string[]
  texts: Readonly<Record<string, Record<string, string>>>
  /** Whether the method has a reference set. */
  reference: boolean
  errorOf(field: string): string | undefined
  onChoose(chosen: string[]): void
  onText(addOn: string, field: string, text: string): void
}

/** Add-ons that join the method, each with its parameters once it is chosen. */
export function AddOnChoice({ offered, chosen, texts, reference, errorOf, onChoose, onText }: Props) {
  return (
    <ul className="grid gap-2">
      {offered.map(({ key, title, summary, paper, fields, needs }) => {
        const lacking = needs === 'reference' && !reference
        const on = chosen.includes(key) && !lacking
        return (
          <li key={key} className="rounded-md border border-line px-3 py-2">
            <label className={`flex items-start gap-2 ${lacking ? 'text-ink-3' : ''}`}>
              <input
                type="checkbox"
                className="mt-0.5 size-4 accent-accent"
                data-testid={`add-on-${key}`}
                checked={on}
                disabled={lacking}
                onChange={(event) =>
                  onChoose(event.target.checked ? [...chosen, key] : chosen.filter((one) => one !== key))
                }
              />
              <span className="min-w-0">
                <span className="font-medium">{title}</span> <Tag>{paper}</Tag>
                <span className="block text-xs text-ink-2">
                  {summary}
                  {lacking ? ' Needs a method with a reference set.' : ''}
                </span>
              </span>
            </label>
            {errorOf(key) ? <p className="mt-1 text-2xs text-bad">{errorOf(key)}</p> : null}
            {on && fields.length > 0 ? (
              <div className="mt-3 grid gap-4 border-t border-line pt-3 sm:grid-cols-2 lg:grid-cols-3">
                {fields.map((field) => (
                  <SchemaField
                    key={field.name}
                    field={{ ...field, name: `${key}.${field.name}` }}
                    value={texts[key]?.[field.name]}
                    fallback={field.default}
                    error={errorOf(`${key}.${field.name}`)}
                    onChange={(text) => onText(key, field.name, text)}
                  />
                ))}
              </div>
            ) : null}
          </li>
        )
      })}
    </ul>
  )
}

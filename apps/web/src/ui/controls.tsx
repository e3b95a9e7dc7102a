'use client'

import { Tooltip } from 'radix-ui'
import { type ButtonHTMLAttributes, type ReactNode, type SelectHTMLAttributes, useEffect, useState } from 'react'
import { Icon, type IconName } from './Icon.tsx'

type ButtonLook = 'primary' | 'quiet' | 'danger' | 'ghost'
const LOOKS: Record<ButtonLook, string> = {
  primary: 'bg-accent text-on-accent border-transparent hover:bg-accent-strong font-medium',
  quiet: 'bg-raised text-ink border-line-strong hover:border-ink-3',
  danger: 'bg-raised text-bad border-line-strong hover:border-bad hover:bg-bad-soft',
  ghost: 'bg-transparent text-ink-2 border-transparent hover:bg-hover hover:text-ink',
}

export const buttonClass = (look: ButtonLook = 'quiet') =>
  `inline-flex h-8 pointer-coarse:h-9 items-center justify-center gap-1.5 rounded-md border px-3 whitespace-nowrap transition-colors duration-150 disabled:opacity-55 disabled:cursor-not-allowed ${LOOKS[look]}`

export function Button({
  look = 'quiet',
  icon,
  children,
  className = '',
  ...props
}: { look?: ButtonLook; icon?: IconName } & ButtonHTMLAttributes<HTMLButtonElement>) {
  return (
    <button type="button" {...props} className={`${buttonClass(look)} ${className}`}>
      {icon ? <Icon name={icon} size={15} /> : null}
      {children}
    </button>
  )
}

/** A native select in the product's clothes: keyboard, screen reader and phone pickers come with it. */
export function Select({ className = '', children, ...props }: SelectHTMLAttributes<HTMLSelectElement>) {
  return (
    <span className={`relative inline-flex ${className}`}>
      <select {...props} className="control w-full appearance-none truncate pr-7 disabled:opacity-55">
        {children}
      </select>
      <Icon
        name="chevron"
        size={12}
        className="pointer-events-none absolute top-1/2 right-2.5 -translate-y-1/2 rotate-90 text-ink-3"
      />
    </span>
  )
}

export interface Choice {
  value: string
  label: string
  title?: string
}

/** A few choices side by side; one is on. */
export function Segmented({
  label,
  value,
  choices,
  onChange,
}: {
  label: string
  value: string
  choices: readonly Choice[]
  onChange: (value: string) => void
}) {
  return (
    <div
      role="radiogroup"
      aria-label={label}
      className="inline-flex max-w-full flex-wrap rounded-md border border-line bg-sunken p-0.5"
    >
      {choices.map((choice) => {
        const on = choice.value === value
        return (
          // biome-ignore lint/a11y/useSemanticElements: buttons in a radio group, styled as one control
          <button
            key={choice.value}
            type="button"
            role="radio"
            aria-checked={on}
            title={choice.title}
            onClick={() => onChange(choice.value)}
            className={`h-6.5 pointer-coarse:h-8 rounded-[5px] px-2.5 text-xs transition-colors ${
              on ? 'bg-raised text-ink shadow-[0_0_0_1px_var(--line-strong)] font-medium' : 'text-ink-2 hover:text-ink'
            }`}
          >
            {choice.label}
          </button>
        )
      })}
    </div>
  )
}

/** Chips that can each be on or off. */
export function Toggles({
  label,
  values,
  choices,
  onChange,
}: {
  label: string
  values: readonly string[]
  choices: readonly Choice[]
  onChange: (values: string[]) => void
}) {
  if (choices.length === 0) return null
  return (
    <fieldset className="flex flex-wrap items-center gap-1.5">
      <legend className="sr-only">{label}</legend>
      {choices.map((choice) => {
        const on = values.includes(choice.value)
        return (
          <button
            key={choice.value}
            type="button"
            aria-pressed={on}
            title={choice.title}
            onClick={() => onChange(on ? values.filter((v) => v !== choice.value) : [...values, choice.value])}
            className={`h-6.5 pointer-coarse:h-8 rounded-full border px-2.5 text-xs transition-colors ${
              on
                ? 'border-accent bg-accent-soft text-ink font-medium'
                : 'border-line-strong text-ink-2 hover:border-ink-3 hover:text-ink'
            }`}
          >
            {choice.label}
          </button>
        )
      })}
    </fieldset>
  )
}

/** Copies text; says that it did. */
export function CopyButton({ text, label = 'Copy' }: { text: string | (() => string); label?: string }) {
  const [state, setState] = useState<'idle' | 'done' | 'failed'>('idle')
  useEffect(() => {
    if (state === 'idle') return
    const timer = setTimeout(() => setState('idle'), 1600)
    return () => clearTimeout(timer)
  }, [state])
  const copy = () => {
    const value = typeof text === 'string' ? text : text()
    copyText(value).then(
      () => setState('done'),
      () => setState('failed'),
    )
  }
  return (
    <Button look="ghost" icon={state === 'done' ? 'check' : 'copy'} onClick={copy} className="px-2! text-xs">
      <span aria-live="polite">{state === 'done' ? 'Copied' : state === 'failed' ? 'Copy failed' : label}</span>
    </Button>
  )
}

/** The clipboard API exists only on secure origins; a text area works on plain http too. */
async function copyText(value: string): Promise<void> {
  if (navigator.clipboard) return navigator.clipboard.writeText(value)
  const area = document.createElement('textarea')
  area.value = value
  area.style.position = 'fixed'
  document.body.append(area)
  area.select()
  const done = document.execCommand('copy')
  area.remove()
  if (!done) throw new Error('copy refused')
}

/** A word with a definition on hover, focus or tap. */
export function Hint({ children, text }: { children: ReactNode; text: ReactNode }) {
  const [open, setOpen] = useState(false)
  return (
    <Tooltip.Provider delayDuration={150}>
      <Tooltip.Root open={open} onOpenChange={setOpen}>
        <Tooltip.Trigger asChild>
          <button
            type="button"
            onClick={() => setOpen(true)}
            className="cursor-help text-left underline decoration-line-strong decoration-dotted underline-offset-4 hover:decoration-ink-3"
          >
            {children}
          </button>
        </Tooltip.Trigger>
        <Tooltip.Portal>
          <Tooltip.Content
            sideOffset={6}
            collisionPadding={12}
            className="z-50 max-w-[min(24rem,calc(100vw-24px))] rounded-lg border border-line bg-raised px-3 py-2 text-xs text-ink shadow-float"
          >
            {text}
          </Tooltip.Content>
        </Tooltip.Portal>
      </Tooltip.Root>
    </Tooltip.Provider>
  )
}

/** Code in a box of its own scroll, with a copy button. */
export function CodeBlock({ text, label = 'Copy', tall = false }: { text: string; label?: string; tall?: boolean }) {
  return (
    <div className="relative rounded-md border border-line bg-sunken">
      <div className="absolute top-1 right-1 rounded-md bg-sunken/90">
        <CopyButton text={text} label={label} />
      </div>
      <pre
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls must be reachable by keyboard
        tabIndex={0}
        className={`overflow-auto p-3 pr-20 text-2xs leading-relaxed ${tall ? 'max-h-80' : 'max-h-48'}`}
      >
        <code>{text}</code>
      </pre>
    </div>
  )
}

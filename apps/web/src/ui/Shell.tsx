'use client'

import Link from 'next/link'
import { usePathname } from 'next/navigation'
import { Dialog } from 'radix-ui'
import { type ReactNode, Suspense, useState } from 'react'
import { useInBrowser } from '../graphql/client.tsx'
import { Button } from './controls.tsx'
import { Icon, type IconName, Mark } from './Icon.tsx'
import { ServerStatus } from './ServerStatus.tsx'
import { Loading } from './surfaces.tsx'
import { setTheme, type ThemeChoice, useThemeChoice } from './theme.ts'

const PAGES: { href: string; label: string; icon: IconName }[] = [
  { href: '/', label: 'Runs', icon: 'runs' },
  { href: '/leaderboards', label: 'Leaderboards', icon: 'board' },
  { href: '/retrieval', label: 'Retrieval', icon: 'search' },
  { href: '/literature', label: 'Literature', icon: 'book' },
  { href: '/tasks', label: 'Tasks', icon: 'tasks' },
  { href: '/models', label: 'Models', icon: 'model' },
]

/** The frame of every page: a rail on wide screens, a bar with a menu on narrow ones. */
export function Shell({ children }: { children: ReactNode }) {
  const [open, setOpen] = useState(false)
  const inBrowser = useInBrowser()
  return (
    <div className="min-h-dvh lg:grid lg:grid-cols-[12.5rem_minmax(0,1fr)]">
      <a
        href="#content"
        className="sr-only focus:not-sr-only focus:fixed focus:top-2 focus:left-2 focus:z-50 focus:rounded focus:bg-raised focus:px-3 focus:py-2"
      >
        Skip to the content
      </a>
      <aside className="sticky top-0 hidden h-dvh flex-col border-r border-line bg-panel lg:flex">
        <Brand />
        <Navigation />
      </aside>
      <header className="sticky top-0 z-30 flex h-13 items-center justify-between border-b border-line bg-panel/95 px-3 backdrop-blur lg:hidden">
        <Brand />
        <Dialog.Root open={open} onOpenChange={setOpen}>
          <Dialog.Trigger asChild>
            <Button look="ghost" aria-label="Menu" className="size-10! px-0!">
              <Icon name="menu" size={20} />
            </Button>
          </Dialog.Trigger>
          <Dialog.Portal>
            <Dialog.Overlay className="fixed inset-0 z-40 bg-black/40" />
            <Dialog.Content
              aria-describedby={undefined}
              className="fixed inset-y-0 right-0 z-50 flex w-72 max-w-[85vw] flex-col border-l border-line bg-panel shadow-float"
            >
              <div className="flex h-13 items-center justify-between border-b border-line pr-2 pl-4">
                <Dialog.Title className="font-semibold">Menu</Dialog.Title>
                <Dialog.Close asChild>
                  <Button look="ghost" aria-label="Close" className="size-10! px-0!">
                    <Icon name="close" size={18} />
                  </Button>
                </Dialog.Close>
              </div>
              <Navigation onNavigate={() => setOpen(false)} />
            </Dialog.Content>
          </Dialog.Portal>
        </Dialog.Root>
      </header>
      <main id="content" className="min-w-0 px-3 pb-16 sm:px-5 lg:px-6">
        <div className="mx-auto max-w-[90rem]">
          {inBrowser ? <Suspense fallback={<Loading />}>{children}</Suspense> : <Loading />}
        </div>
      </main>
    </div>
  )
}

function Brand() {
  return (
    <Link href="/" className="flex h-13 items-center gap-2.5 px-2 lg:px-5">
      <Mark />
      <span className="text-[0.9375rem] font-semibold tracking-[-0.02em]">Anamnesis</span>
    </Link>
  )
}

function Navigation({ onNavigate }: { onNavigate?: () => void }) {
  const pathname = usePathname()
  const isOn = (href: string) =>
    href === '/' ? pathname === '/' || pathname.startsWith('/runs') : pathname.startsWith(href)
  return (
    <>
      <nav aria-label="Main" className="flex flex-1 flex-col gap-0.5 px-3 pt-2">
        {PAGES.map(({ href, label, icon }) => (
          <Link
            key={href}
            href={href}
            onClick={onNavigate}
            aria-current={isOn(href) ? 'page' : undefined}
            className={`flex h-9 items-center gap-2.5 rounded-md px-2.5 transition-colors lg:h-8 ${
              isOn(href)
                ? 'bg-accent-soft font-medium text-ink [&>svg]:text-accent'
                : 'text-ink-2 hover:bg-hover hover:text-ink'
            }`}
          >
            <Icon name={icon} />
            {label}
          </Link>
        ))}
        <Link
          href="/runs/new"
          onClick={onNavigate}
          className="mt-3 flex h-9 items-center gap-2.5 rounded-md border border-dashed border-line-strong px-2.5 text-ink-2 transition-colors hover:border-accent hover:text-ink lg:h-8"
        >
          <Icon name="plus" />
          New run
        </Link>
      </nav>
      <div className="grid gap-3 border-t border-line px-4 py-3">
        <ServerStatus />
        <ThemeSwitch />
      </div>
    </>
  )
}

const THEMES: { value: ThemeChoice; icon: IconName; label: string }[] = [
  { value: 'system', icon: 'system', label: 'As the system' },
  { value: 'light', icon: 'sun', label: 'Light' },
  { value: 'dark', icon: 'moon', label: 'Dark' },
]

function ThemeSwitch() {
  const choice = useThemeChoice()
  return (
    <div role="radiogroup" aria-label="Theme" className="flex w-fit rounded-md border border-line bg-sunken p-0.5">
      {THEMES.map(({ value, icon, label }) => (
        // biome-ignore lint/a11y/useSemanticElements: three icon buttons that act as one radio group
        <button
          key={value}
          type="button"
          role="radio"
          aria-checked={choice === value}
          aria-label={label}
          title={label}
          onClick={() => setTheme(value)}
          className={`grid h-6.5 w-8 place-items-center rounded-[5px] pointer-coarse:h-8 pointer-coarse:w-10 ${
            choice === value ? 'bg-raised text-ink shadow-[0_0_0_1px_var(--line-strong)]' : 'text-ink-3 hover:text-ink'
          }`}
        >
          <Icon name={icon} size={14} />
        </button>
      ))}
    </div>
  )
}

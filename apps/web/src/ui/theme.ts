'use client'

import { useSyncExternalStore } from 'react'

export type ThemeChoice = 'system' | 'light' | 'dark'
const KEY = 'anamnesis.theme'

/** Runs before the first paint, so that the page never flashes in the other theme. */
export const themeScript = `(function(){try{var c=localStorage.getItem('${KEY}')}catch(e){}
var d=c==='dark'||(c!=='light'&&matchMedia('(prefers-color-scheme: dark)').matches);document.documentElement.dataset.theme=d?'dark':'light'})()`

const listeners = new Set<() => void>()
const notify = () => {
  for (const listener of listeners) listener()
}

function readChoice(): ThemeChoice {
  try {
    const stored = localStorage.getItem(KEY)
    return stored === 'light' || stored === 'dark' ? stored : 'system'
  } catch {
    return 'system'
  }
}

function applyChoice() {
  const choice = readChoice()
  const dark = choice === 'dark' || (choice === 'system' && matchMedia('(prefers-color-scheme: dark)').matches)
  document.documentElement.dataset.theme = dark ? 'dark' : 'light'
  notify()
}

function subscribe(listener: () => void) {
  const media = matchMedia('(prefers-color-scheme: dark)')
  if (listeners.size === 0) media.addEventListener('change', applyChoice)
  listeners.add(listener)
  return () => {
    listeners.delete(listener)
    if (listeners.size === 0) media.removeEventListener('change', applyChoice)
  }
}

export function setTheme(choice: ThemeChoice) {
  try {
    if (choice === 'system') localStorage.removeItem(KEY)
    else localStorage.setItem(KEY, choice)
  } catch {
    // Storage may be forbidden; the theme then lasts for this page only.
  }
  applyChoice()
}

export const useThemeChoice = (): ThemeChoice => useSyncExternalStore(subscribe, readChoice, () => 'system')

/** The theme in effect; canvas charts read their colours again when it changes. */
export const useTheme = (): 'light' | 'dark' =>
  useSyncExternalStore(
    subscribe,
    () => (document.documentElement.dataset.theme === 'dark' ? 'dark' : 'light'),
    () => 'light',
  )

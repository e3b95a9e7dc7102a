import { existsSync } from 'node:fs'
import { attempt } from './tools.ts'

const PLACES = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
]

/**
 * The browser for the end-to-end tests: ANAMNESIS_BROWSER, an installed Chromium or Chrome, or Chromium installed now
 * by the system's package manager (Debian and Ubuntu, as root).
 */
export async function ensureBrowser(): Promise<{ path: string | null; reason: string }> {
  const wanted = process.env.ANAMNESIS_BROWSER
  if (wanted)
    return existsSync(wanted)
      ? { path: wanted, reason: '' }
      : { path: null, reason: `ANAMNESIS_BROWSER names ${wanted}, which is not there` }
  const found = PLACES.find((path) => existsSync(path))
  if (found) return { path: found, reason: '' }
  if (process.platform === 'linux' && process.getuid?.() === 0 && existsSync('/usr/bin/apt-get')) {
    console.log('No Chromium here: installing Debian\'s package "chromium" ...')
    const update = await attempt('apt-get', ['update'], { quiet: true })
    const install = await attempt('apt-get', ['install', '-y', '--no-install-recommends', 'chromium'], {
      quiet: true,
      env: { DEBIAN_FRONTEND: 'noninteractive' },
    })
    const now = PLACES.find((path) => existsSync(path))
    if (now) return { path: now, reason: '' }
    return {
      path: null,
      reason: `apt-get could not install chromium:\n${(update.output + install.output).slice(-600)}`,
    }
  }
  return { path: null, reason: 'no Chromium or Chrome found; install one or name it in ANAMNESIS_BROWSER' }
}

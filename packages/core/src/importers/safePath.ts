/** True for a relative path that stays where it starts: not absolute, no drive, no "..", no backslash, no control characters. */
export function isSafePath(path: string): boolean {
  if (path === '' || path.startsWith('/') || /^[a-z]:/i.test(path)) return false
  for (const char of path) if (char < ' ' || char === '\\') return false
  return !path.split('/').includes('..')
}

/** Where the browser finds the API, read from the server's environment at request time. Nothing here is secret. */
export interface ApiEnvironment {
  /** Full address as given by NEXT_PUBLIC_API_URL, or null: then the API is on the dashboard's own host. */
  url: string | null
  port: number
}

export function apiEnvironment(env: Readonly<Record<string, string | undefined>> = process.env): ApiEnvironment {
  // Read by a computed name: a literal process.env.NEXT_PUBLIC_* would be frozen into the build.
  const read = (name: string) => env[name]?.trim() || null
  const port = Number(read('API_PORT') ?? 4000)
  return { url: read('NEXT_PUBLIC_API_URL'), port: Number.isInteger(port) && port > 0 ? port : 4000 }
}

/** The API's base address without a slash at the end, for a page that was opened at `location`. */
export function apiBase(environment: ApiEnvironment, location: { protocol: string; hostname: string }): string {
  if (environment.url !== null) return environment.url.replace(/\/(graphql\/?)?$/, '')
  return `${location.protocol}//${location.hostname}:${environment.port}`
}

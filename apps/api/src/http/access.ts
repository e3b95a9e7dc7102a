import type { IncomingMessage } from 'node:http'
import type { Env } from '../env.ts'

/** Decides which requests are answered at all, against pages that try to reach a local server through the browser. */
export function makeAccess(env: Pick<Env, 'webOrigins' | 'apiHosts' | 'apiPort'>) {
  const names = new Set(['localhost', '127.0.0.1', '[::1]', ...env.apiHosts])
  for (const origin of env.webOrigins) {
    try {
      names.add(new URL(origin).hostname)
    } catch {
      // "*" and the like name no host.
    }
  }
  const own = ['localhost', '127.0.0.1'].map((host) => `http://${host}:${env.apiPort}`)
  const origins = new Set([...env.webOrigins, ...own])
  return {
    /** The Host header names this server (against DNS rebinding). */
    hostAllowed(request: IncomingMessage): boolean {
      return names.has((request.headers.host ?? '').replace(/:\d+$/, '').toLowerCase())
    },
    /** Not a browser, or a page of the dashboard. */
    originAllowed(request: IncomingMessage): boolean {
      const { origin } = request.headers
      return origin === undefined || origins.has(origin)
    },
    isOrigin: (origin: string | undefined) => origin !== undefined && origins.has(origin),
  }
}

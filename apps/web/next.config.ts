import { resolve } from 'node:path'
import type { NextConfig } from 'next'

const workspace = resolve(import.meta.dirname, '../..')

const config: NextConfig = {
  poweredByHeader: false,
  reactStrictMode: true,
  devIndicators: false,
  // `npm run check` types the whole workspace; the build of `npm start` stays quick.
  typescript: { ignoreBuildErrors: true },
  outputFileTracingRoot: workspace,
  turbopack: { root: workspace },
  headers: async () => [
    {
      source: '/:path*',
      headers: [
        { key: 'X-Content-Type-Options', value: 'nosniff' },
        { key: 'X-Frame-Options', value: 'SAMEORIGIN' },
        { key: 'Referrer-Policy', value: 'strict-origin-when-cross-origin' },
      ],
    },
  ],
}

export default config

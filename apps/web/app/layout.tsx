import '@fontsource-variable/inter'
import '@fontsource-variable/jetbrains-mono'
import './globals.css'
import type { Metadata, Viewport } from 'next'
import { connection } from 'next/server'
import type { ReactNode } from 'react'
import { apiEnvironment } from '../src/environment.ts'
import { ApiProvider } from '../src/graphql/client.tsx'
import { Shell } from '../src/ui/Shell.tsx'
import { themeScript } from '../src/ui/theme.ts'

export const metadata: Metadata = {
  title: { default: 'Runs · Anamnesis', template: '%s · Anamnesis' },
  description: 'Continual learning for medical vision-language models, guided by retrieval from the literature',
}

export const viewport: Viewport = {
  width: 'device-width',
  initialScale: 1,
  themeColor: [
    { media: '(prefers-color-scheme: light)', color: '#f5f7f8' },
    { media: '(prefers-color-scheme: dark)', color: '#0d1317' },
  ],
}

export default async function Layout({ children }: { children: ReactNode }) {
  // The address of the API is read when a page is asked for, not when the dashboard was built.
  await connection()
  return (
    <html lang="en" suppressHydrationWarning>
      <head>
        <script
          // biome-ignore lint/security/noDangerouslySetInnerHtml: a constant of ours, before the first paint
          dangerouslySetInnerHTML={{ __html: themeScript }}
        />
      </head>
      <body>
        <ApiProvider environment={apiEnvironment()}>
          <Shell>{children}</Shell>
        </ApiProvider>
      </body>
    </html>
  )
}

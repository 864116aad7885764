import './globals.css'
import type { Metadata, Viewport } from 'next'
import { headers } from 'next/headers'
import type { ReactNode } from 'react'
import { SiteHeader } from '@/components/layout/site-header'
import { ThemeScript } from '@/components/layout/theme-script'

export const metadata: Metadata = {
  title: { default: 'Vision — what is in the photo?', template: '%s — Vision' },
  description: 'Drop a photo and see what is in it. Classified on this server in milliseconds, and not kept.',
}

export const viewport: Viewport = { width: 'device-width', initialScale: 1 }

export default async function Layout({ children }: { children: ReactNode }) {
  const nonce = (await headers()).get('x-nonce') ?? undefined
  return (
    // The script below sets the theme before the first paint, so the attribute differs from the server's.
    <html lang="en" suppressHydrationWarning>
      <head>
        <ThemeScript nonce={nonce} />
      </head>
      <body className="min-h-dvh">
        <SiteHeader />
        {children}
      </body>
    </html>
  )
}

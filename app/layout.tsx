import './globals.css'
import type { Metadata, Viewport } from 'next'
import { headers } from 'next/headers'
import type { ReactNode } from 'react'
import { SiteHeader } from '@/components/layout/site-header'
import { ThemeScript } from '@/components/layout/theme-script'

const DESCRIPTION = 'Drop a photo and see what is in it. Classified on this server in milliseconds, and not kept.'

/** Addresses in a preview of a link must be whole, and only the request knows where this server is. */
export async function generateMetadata(): Promise<Metadata> {
  const asked = await headers()
  const host = asked.get('x-forwarded-host') ?? asked.get('host') ?? 'localhost'
  const base = `${asked.get('x-forwarded-proto') === 'https' ? 'https' : 'http'}://${host}`
  return {
    ...(URL.canParse(base) ? { metadataBase: new URL(base) } : {}),
    title: { default: 'Vision — what is in the photo?', template: '%s — Vision' },
    description: DESCRIPTION,
    openGraph: {
      type: 'website',
      siteName: 'Vision',
      title: 'Vision — what is in the photo?',
      description: DESCRIPTION,
    },
    twitter: { card: 'summary_large_image' },
  }
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

import './globals.css'
import type { Metadata, Viewport } from 'next'
import { headers } from 'next/headers'
import type { ReactNode } from 'react'
import { MessagesProvider } from '@/components/layout/messages-provider'
import { NavigationGuard } from '@/components/layout/navigation-guard'
import { SiteFooter } from '@/components/layout/site-footer'
import { SiteHeader } from '@/components/layout/site-header'
import { SkipLink } from '@/components/layout/skip-link'
import { ThemeScript } from '@/components/layout/theme-script'
import { appFacts } from '@/lib/server/pages/about'
import { offers } from '@/lib/server/pages/page-data'
import { fontVariables } from './fonts'
import { requestOrigin } from './origin'
import { translation } from './translation'

/** Link previews need absolute URLs, and only the request shows where this server is. */
export async function generateMetadata(): Promise<Metadata> {
  const { t } = await translation()
  const [base, { server }] = await Promise.all([requestOrigin(), offers()])
  const [title, description] = [t('meta.title'), t(server ? 'meta.description' : 'meta.descriptionHere')]
  return {
    ...(URL.canParse(base) ? { metadataBase: new URL(base) } : {}),
    title: { default: title, template: '%s · Vision' },
    description,
    openGraph: { type: 'website', siteName: 'Vision', title, description },
    twitter: { card: 'summary_large_image' },
  }
}

export const viewport: Viewport = {
  width: 'device-width',
  initialScale: 1,
  // `--paper` of app/globals.css in both themes, for the frame of the installed app.
  themeColor: [
    { media: '(prefers-color-scheme: light)', color: '#fbfaf7' },
    { media: '(prefers-color-scheme: dark)', color: '#141210' },
  ],
}

export default async function Layout({ children }: { children: ReactNode }) {
  const nonce = (await headers()).get('x-nonce') ?? undefined
  const { t, locale, messages } = await translation()
  const { version, source } = await appFacts()
  const offered = await offers()
  // The server alone reads `meta`, `about`, and `offlinePage`. The others are large and belong to one page each.
  const {
    meta: _meta,
    about: _about,
    batch: _batch,
    train: _train,
    ownModels: _ownModels,
    models: _models,
    usage: _usage,
    api: _api,
    offlinePage: _offlinePage,
    ...shared
  } = messages
  return (
    // ThemeScript sets the theme before the first paint, so the attribute differs from the server's.
    <html
      lang={locale}
      className={fontVariables}
      data-runs={offered.server ? undefined : 'device'}
      suppressHydrationWarning
    >
      <head>
        <ThemeScript nonce={nonce} />
      </head>
      <body className="min-h-dvh">
        <MessagesProvider locale={locale} messages={shared}>
          <SkipLink />
          <SiteHeader offers={offered} />
          {/* The footer starts below the first screen, so that it doesn't move when a page gets its content. */}
          <div className="min-h-[calc(100dvh-3.75rem)]">{children}</div>
          <SiteFooter
            source={source}
            texts={{
              docs: offered.server ? t('site.docs') : null,
              source: t('site.source'),
              license: t('site.license'),
              privacy: t('site.privacy'),
              version: t('site.version', { version }),
            }}
          />
          <NavigationGuard />
        </MessagesProvider>
      </body>
    </html>
  )
}

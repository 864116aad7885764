'use client'

import Link from 'next/link'
import { usePathname } from 'next/navigation'
import { useTranslations } from 'use-intl'
import { underBase } from '@/lib/shared/web/base-path'
import { Preferences } from './preferences'

const ITEM =
  'aria-[current=page]:bg-sunk aria-[current=page]:text-ink rounded-card px-1.5 py-2 sm:px-3 font-medium text-ink-2 text-sm whitespace-nowrap hover:bg-sunk hover:text-ink'

/** The name, the ways to the pages and to the API's description, theme and language. @param batches whether there is a page for them */
export function SiteHeader({ batches }: { batches: boolean }) {
  const t = useTranslations('site')
  const path = usePathname()
  const link = (to: string, name: string) => (
    <Link href={to} aria-current={path === to ? 'page' : undefined} className={ITEM}>
      {name}
    </Link>
  )
  return (
    <header className="mx-auto flex h-[60px] max-w-[1120px] items-center gap-1 px-4 sm:gap-6 xl:px-0">
      <Link href="/" className="flex shrink-0 items-center gap-2.5 font-semibold text-base tracking-tight">
        <span aria-hidden className="size-[18px] rounded-full border-[5.5px] border-accent" />
        <span className="max-sm:sr-only">{t('home')}</span>
      </Link>
      {/* A language with longer words scrolls it; nothing falls off the screen. */}
      <nav
        aria-label={t('navigation')}
        className="ml-auto flex min-w-0 items-center overflow-x-auto p-1 [scrollbar-width:none] sm:gap-1"
      >
        {link('/gallery', t('gallery'))}
        {batches && link('/batch', t('batch'))}
        {link('/history', t('history'))}
        {/* On a phone there is no room; an answer leads there too. */}
        <span className="contents max-sm:hidden">{link('/compare', t('compare'))}</span>
        {link('/models', t('models'))}
        <a href={underBase('/api/openapi.json')} className={ITEM}>
          {t('api')}
        </a>
      </nav>
      <div className="-mr-2 -ml-1 sm:-ml-5">
        <Preferences />
      </div>
    </header>
  )
}

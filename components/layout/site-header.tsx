'use client'

import Link from 'next/link'
import { usePathname } from 'next/navigation'
import { useTranslations } from 'use-intl'
import { currentState, type Destination, mainPages, type Offers, PHOTO_PAGES } from './destinations'
import { Preferences } from './preferences'
import { SiteMenu } from './site-menu'

const LINK =
  'rounded-card px-2.5 py-2 font-medium text-ink-2 text-sm whitespace-nowrap hover:bg-sunk hover:text-ink aria-[current]:text-ink aria-[current=page]:bg-sunk'

/**
 * The name, the main pages, next to them the pages about a photo, and the preferences. On a phone a
 * menu names all pages instead.
 *
 * @param offers what this server offers besides classifying
 */
export function SiteHeader({ offers }: { offers: Offers }) {
  const t = useTranslations('site')
  const path = usePathname()
  const pages = mainPages(offers)
  const link = (page: Destination) => (
    <li key={page.href}>
      {/* Most visitors open few of these pages: their code is fetched when a pointer comes near. */}
      <Link href={page.href} prefetch={false} aria-current={currentState(page, path)} className={LINK}>
        {t(page.name)}
      </Link>
    </li>
  )
  return (
    <header className="mx-auto flex h-15 max-w-[70rem] items-center gap-5 px-4 xl:px-0">
      <Link
        href="/"
        prefetch={false}
        className="flex shrink-0 items-center gap-2.5 font-semibold text-base tracking-tight"
      >
        <span aria-hidden className="size-[1.125rem] rounded-full border-[0.34rem] border-accent" />
        {t('home')}
      </Link>
      <nav aria-label={t('navigation')} className="flex grow items-center justify-between max-lg:hidden">
        <ul className="flex items-center gap-1">{pages.map(link)}</ul>
        <ul aria-label={t('photoPages')} className="flex items-center gap-1">
          {PHOTO_PAGES.map(link)}
        </ul>
      </nav>
      <div className="-mr-2 flex items-center max-lg:ml-auto lg:-ml-4">
        <Preferences />
        <div className="lg:hidden">
          <SiteMenu pages={pages} path={path} />
        </div>
      </div>
    </header>
  )
}

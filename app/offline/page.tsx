import { WifiOff } from 'lucide-react'
import type { Metadata } from 'next'
import Link from 'next/link'
import { mainPages, PHOTO_PAGES } from '@/components/layout/destinations'
import { offers } from '@/lib/server/pages/page-data'
import offline from '@/lib/shared/offline/pages.json'
import { translation } from '../translation'

const LINK = 'font-medium text-accent underline underline-offset-4'
/** What the operator offers can change while the server runs. */
export const dynamic = 'force-dynamic'

export async function generateMetadata(): Promise<Metadata> {
  const { t } = await translation()
  return { title: t('offlinePage.title'), robots: { index: false } }
}

/** What the service worker shows in place of a page that needs the server. */
export default async function Page() {
  const { t } = await translation()
  // Of the main pages, those that work without the server.
  const pages = [...mainPages(await offers()), ...PHOTO_PAGES].filter(({ href }) => offline.pages.includes(href))
  return (
    <main id="content" tabIndex={-1} className="mx-auto max-w-[70rem] px-4 py-24 text-center outline-none">
      <WifiOff aria-hidden className="mx-auto size-8 text-ink-3" strokeWidth={1.75} />
      <h1 className="mt-4 font-semibold text-xl tracking-tight">{t('offlinePage.title')}</h1>
      <p className="mx-auto mt-3 max-w-[36em] text-pretty text-ink-2">{t('offlinePage.hint')}</p>
      <ul className="mt-6 flex flex-wrap justify-center gap-x-6 gap-y-2">
        {pages.map(({ href, name }) => (
          <li key={href}>
            <Link href={href} prefetch={false} className={LINK}>
              {t(`site.${name}`)}
            </Link>
          </li>
        ))}
      </ul>
    </main>
  )
}

import { WifiOff } from 'lucide-react'
import type { Metadata } from 'next'
import Link from 'next/link'
import { translation } from '../translation'

const LINK = 'font-medium text-accent underline underline-offset-4'
/** They work without the server. */
const PLACES = [
  { href: '/', name: 'classify' },
  { href: '/compare', name: 'compare' },
  { href: '/history', name: 'history' },
] as const

export async function generateMetadata(): Promise<Metadata> {
  const { t } = await translation()
  return { title: t('offlinePage.title'), robots: { index: false } }
}

/** What the service worker shows in place of a page that needs the server. */
export default async function Page() {
  const { t } = await translation()
  return (
    <main id="content" tabIndex={-1} className="mx-auto max-w-[70rem] px-4 py-24 text-center outline-none">
      <WifiOff aria-hidden className="mx-auto size-8 text-ink-3" strokeWidth={1.75} />
      <h1 className="mt-4 font-semibold text-xl tracking-tight">{t('offlinePage.title')}</h1>
      <p className="mx-auto mt-3 max-w-[36em] text-pretty text-ink-2">{t('offlinePage.hint')}</p>
      <ul className="mt-6 flex flex-wrap justify-center gap-x-6 gap-y-2">
        {PLACES.map(({ href, name }) => (
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

import type { Metadata } from 'next'
import Link from 'next/link'
import { translation } from './translation'

export async function generateMetadata(): Promise<Metadata> {
  const { t } = await translation()
  return { title: t('page.notFound') }
}

export default async function NotFound() {
  const { t } = await translation()
  return (
    <main id="content" tabIndex={-1} className="mx-auto max-w-[70rem] px-4 py-24 text-center outline-none">
      <h1 className="font-semibold text-xl tracking-tight">{t('page.notFound')}</h1>
      <p className="mt-3 text-ink-2">{t('page.notFoundHint')}</p>
      <Link
        href="/"
        prefetch={false}
        className="mt-6 inline-block font-medium text-accent underline underline-offset-4"
      >
        {t('page.classify')}
      </Link>
    </main>
  )
}

import type { Metadata } from 'next'
import { notFound } from 'next/navigation'
import { PageMessages } from '@/components/layout/messages-provider'
import { Usage } from '@/components/usage/usage'
import { hasKeys } from '@/lib/server/pages/page-data'
import { translation } from '../translation'

// Whether there are keys depends on the server.
export const dynamic = 'force-dynamic'

export async function generateMetadata(): Promise<Metadata> {
  const { t } = await translation()
  return { title: t('meta.usage.title'), description: t('meta.usage.description'), robots: { index: false } }
}

export default async function Page() {
  if (!(await hasKeys())) notFound()
  const { t, messages } = await translation()
  return (
    <main id="content" tabIndex={-1} className="mx-auto max-w-[70rem] px-4 pt-6 pb-20 outline-none xl:px-0">
      <h1 className="font-semibold text-xl tracking-tight lg:text-2xl">{t('usage.title')}</h1>
      <p className="mt-2 max-w-[68ch] text-ink-2">{t('usage.lead')}</p>
      <PageMessages messages={{ usage: messages.usage }}>
        <Usage />
      </PageMessages>
    </main>
  )
}

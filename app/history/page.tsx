import type { Metadata } from 'next'
import { defaultModel } from '@/components/classify/default-model'
import { HistoryView } from '@/components/history/history-view'
import { classifyPageData } from '@/lib/server/pages/page-data'
import { translation } from '../translation'

// The models can change while the server runs.
export const dynamic = 'force-dynamic'

export async function generateMetadata(): Promise<Metadata> {
  const { t } = await translation()
  return { title: t('meta.history.title'), description: t('meta.history.description') }
}

export default async function Page() {
  const { t } = await translation()
  const { models, limits } = await classifyPageData(null)
  return (
    <main id="content" tabIndex={-1} className="mx-auto max-w-[70rem] px-4 pt-6 pb-20 outline-none xl:px-0">
      <h1 className="font-semibold text-xl tracking-tight lg:text-2xl">{t('history.title')}</h1>
      <p className="mt-2 max-w-[68ch] text-ink-2">{t('history.lead')}</p>
      <HistoryView model={defaultModel(models)} imageBytes={limits.imageBytes} />
    </main>
  )
}

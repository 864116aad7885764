import type { Metadata } from 'next'
import { PageMessages } from '@/components/layout/messages-provider'
import { AddModel } from '@/components/models/add-model'
import { LabelSearch } from '@/components/models/label-search'
import { ModelList } from '@/components/models/model-list'
import { ModelsIntro } from '@/components/models/models-intro'
import { modelsPageData, offers } from '@/lib/server/pages/page-data'
import { translation } from '../translation'

// The models can change while the server runs.
export const dynamic = 'force-dynamic'

export async function generateMetadata(): Promise<Metadata> {
  const { t } = await translation()
  return { title: t('meta.models.title'), description: t('meta.models.description') }
}

export default async function Page() {
  const { t, messages } = await translation()
  const models = await modelsPageData()
  const { server, training } = await offers()
  return (
    <main id="content" tabIndex={-1} className="mx-auto max-w-[70rem] px-4 pt-6 pb-20 outline-none xl:px-0">
      <h1 className="font-semibold text-xl tracking-tight lg:text-2xl">{t('models.title')}</h1>
      <PageMessages messages={{ models: messages.models }}>
        <ModelsIntro />
        <ModelList models={models} canTrain={training} here={!server} />
        <LabelSearch models={models.filter(({ status, text }) => status !== 'failed' && text === null)} />
        {server && <AddModel training={training} words={models.some(({ text }) => text !== null)} />}
      </PageMessages>
    </main>
  )
}

import type { Metadata } from 'next'
import { notFound } from 'next/navigation'
import { ApiDocs } from '@/components/api/api-docs'
import { PageMessages } from '@/components/layout/messages-provider'
import { apiPageData } from '@/lib/server/pages/page-data'
import { BASE_PATH } from '@/lib/shared/web/base-path'
import { requestOrigin } from '../origin'
import { translation } from '../translation'

// The models and the enabled endpoints can change while the server runs.
export const dynamic = 'force-dynamic'

export async function generateMetadata(): Promise<Metadata> {
  const { t } = await translation()
  return { title: t('meta.api.title'), description: t('meta.api.description') }
}

export default async function Page() {
  const data = await apiPageData()
  if (data === null) notFound()
  const { models, limits, dialects } = data
  const { messages } = await translation()
  const model = models.find((each) => each.default) ?? models[0]
  return (
    <main id="content" tabIndex={-1} className="mx-auto max-w-[70rem] px-4 pt-6 pb-20 outline-none xl:px-0">
      <PageMessages messages={{ api: messages.api }}>
        <ApiDocs
          site={`${await requestOrigin()}${BASE_PATH}`}
          models={models.map(({ id, title }) => ({ id, title }))}
          model={model?.id ?? ''}
          explains={limits.explain}
          dialects={dialects}
        />
      </PageMessages>
    </main>
  )
}

import type { Metadata } from 'next'
import { notFound } from 'next/navigation'
import { Batch } from '@/components/batch/batch'
import { PageMessages } from '@/components/layout/messages-provider'
import { batchPageData } from '@/lib/server/pages/page-data'
import { translation } from '../translation'

// The models, and whether batches are enabled, can change while the server runs.
export const dynamic = 'force-dynamic'

export async function generateMetadata(): Promise<Metadata> {
  const { t } = await translation()
  return { title: t('meta.batch.title'), description: t('meta.batch.description') }
}

export default async function Page() {
  const data = await batchPageData()
  if (data === null) notFound()
  const { messages } = await translation()
  return (
    <PageMessages messages={{ batch: messages.batch }}>
      <Batch {...data} />
    </PageMessages>
  )
}

import type { Metadata } from 'next'
import { headers } from 'next/headers'
import { notFound } from 'next/navigation'
import { PageMessages } from '@/components/layout/messages-provider'
import { DraftScript } from '@/components/train/draft-script'
import { Train } from '@/components/train/train'
import { trainPageData } from '@/lib/server/pages/page-data'
import { translation } from '../translation'

// The models, and who may train, can change while the server runs.
export const dynamic = 'force-dynamic'

export async function generateMetadata(): Promise<Metadata> {
  const { t } = await translation()
  return { title: t('meta.train.title'), description: t('meta.train.description') }
}

export default async function Page() {
  const data = await trainPageData()
  if (data === null) notFound()
  const { messages } = await translation()
  const nonce = (await headers()).get('x-nonce') ?? undefined
  return (
    <PageMessages messages={{ train: messages.train, label: messages.label, ownModels: messages.ownModels }}>
      <DraftScript nonce={nonce} />
      <Train {...data} />
    </PageMessages>
  )
}

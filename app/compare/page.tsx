import type { Metadata } from 'next'
import { Compare } from '@/components/compare/compare'
import { classifyPageData } from '@/lib/server/pages/page-data'
import { translation } from '../translation'

// The models can change while the server runs.
export const dynamic = 'force-dynamic'

export async function generateMetadata(): Promise<Metadata> {
  const { t } = await translation()
  return { title: t('meta.compare.title'), description: t('meta.compare.description') }
}

export default async function Page() {
  const { models, limits } = await classifyPageData(null)
  // The labels of a text-image model come with each photo.
  return <Compare models={models.filter(({ text }) => text === null)} imageBytes={limits.imageBytes} />
}

import { Classifier } from '@/components/classify/classifier'
import { classifyPageData, hasBatches } from '@/lib/server/pages/page-data'

// The models can change while the server runs.
export const dynamic = 'force-dynamic'

interface PageProps {
  searchParams: Promise<{ photo?: string | string[] }>
}

export default async function Page({ searchParams }: PageProps) {
  const { photo } = await searchParams
  const data = await classifyPageData(typeof photo === 'string' ? photo : null)
  return <Classifier {...data} batches={await hasBatches()} />
}

import { Classifier } from '@/components/classify/classifier'
import { classifyPageData } from '@/lib/server/pages'

// Which models serve is a fact of the moment.
export const dynamic = 'force-dynamic'

export default async function Page() {
  const { models, limits } = await classifyPageData()
  return <Classifier models={models} limits={limits} />
}

import type { Metadata } from 'next'
import { SharedResult } from '@/components/result/shared-result'
import { translation } from '../translation'

export async function generateMetadata(): Promise<Metadata> {
  const { t } = await translation()
  return { title: t('meta.result.title'), robots: { index: false } }
}

export default function Page() {
  return (
    <main id="content" tabIndex={-1} className="mx-auto max-w-[35rem] px-4 pt-8 pb-20 outline-none">
      <SharedResult />
    </main>
  )
}

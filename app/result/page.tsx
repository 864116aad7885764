import type { Metadata } from 'next'
import { SharedResult } from '@/components/result/shared-result'

export const metadata: Metadata = { title: 'A shared answer', robots: { index: false } }

export default function Page() {
  return (
    <main className="mx-auto max-w-[560px] px-4 pt-8 pb-20">
      <SharedResult />
    </main>
  )
}

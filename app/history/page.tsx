import type { Metadata } from 'next'
import { HistoryView } from '@/components/history/history-view'

export const metadata: Metadata = { title: 'History', description: 'What you classified in this browser.' }

export default function Page() {
  return (
    <main className="mx-auto max-w-[1120px] px-4 pt-6 pb-20 xl:px-0">
      <h1 className="font-semibold text-xl tracking-tight lg:text-2xl">History</h1>
      <p className="mt-2 max-w-[68ch] text-ink-2">
        What you classified in this browser, with a small picture of each photo. It is kept here only; the server keeps
        nothing.
      </p>
      <HistoryView />
    </main>
  )
}

'use client'

import dynamic from 'next/dynamic'
import Link from 'next/link'
import { useSyncExternalStore } from 'react'
import { confidence } from '@/lib/shared/confidence'
import { percent } from '@/lib/shared/format'
import { fromFragment } from '@/lib/shared/share-link'
import { ROW_HEIGHT } from '../charts/row-height'

const ProbabilityChart = dynamic(() => import('../charts/probability-chart'), { ssr: false })

function subscribe(changed: () => void): () => void {
  window.addEventListener('hashchange', changed)
  return () => window.removeEventListener('hashchange', changed)
}

/** An answer that stands in the address itself: the server knows neither it nor the photo. */
export function SharedResult() {
  const fragment = useSyncExternalStore(
    subscribe,
    () => location.hash,
    () => null,
  )
  if (fragment === null) return null // On the server there is no fragment.
  const shared = fromFragment(fragment)
  const [best] = shared?.predictions ?? []
  if (!shared || !best) {
    return (
      <>
        <h1 className="font-semibold text-xl tracking-tight">This link shows no answer</h1>
        <p className="mt-2 text-ink-2">It may have been cut short on its way.</p>
        <Try />
      </>
    )
  }
  const { words, tone } = confidence(best[1], shared.uncertain !== null)
  return (
    <>
      <p className={tone === 'uncertain' ? 'font-semibold text-warn' : 'font-semibold text-accent'}>{words}</p>
      <h1 className="text-balance break-words font-semibold text-2xl leading-[1.1] tracking-[-0.03em]">{best[0]}</h1>
      <p className="mt-3 flex items-baseline gap-4">
        <span className="figures text-[24px]">
          {percent(best[1])}
          <span className="ml-0.5 text-ink-2 text-sm">%</span>
        </span>
        <span className="text-ink-2 text-sm">{shared.calibrated ? 'calibrated' : 'score, not calibrated'}</span>
      </p>
      <div className="mt-6" style={{ minHeight: ROW_HEIGHT * shared.predictions.length }}>
        <ProbabilityChart predictions={shared.predictions.map(([label, score], index) => ({ label, score, index }))} />
      </div>
      <p className="mt-6 border-line border-t pt-4 text-ink-2 text-sm">
        Somebody’s answer for <span className="break-all font-medium text-ink">{shared.file}</span> by {shared.model}.
        It stands in this link alone: the photo was not kept, and anybody can write such a link.
      </p>
      <Try />
    </>
  )
}

function Try() {
  return (
    <Link href="/" className="mt-6 inline-block font-semibold text-accent underline-offset-4 hover:underline">
      Classify a photo of your own
    </Link>
  )
}

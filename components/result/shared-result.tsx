'use client'

import Link from 'next/link'
import { useState, useSyncExternalStore } from 'react'
import { useTranslations } from 'use-intl'
import { confidence } from '@/lib/shared/results/confidence'
import { fromFragment } from '@/lib/shared/results/share-link'
import { ProbabilityChart } from '../charts/probability-chart'
import { Synonyms } from '../classify/synonyms'
import { useModelName } from '../classify/use-model-name'
import { PhotoOnBlur } from '../ui/photo-on-blur'
import { useFormat } from '../ui/use-format'
import { Unrecognized } from './unrecognized'

function subscribe(onChange: () => void): () => void {
  window.addEventListener('hashchange', onChange)
  return () => window.removeEventListener('hashchange', onChange)
}

/** A result encoded in the URL fragment. The server receives neither the result nor the photo. */
export function SharedResult() {
  const t = useTranslations('result')
  const answer = useTranslations('answer')
  const words = useTranslations('confidence')
  const format = useFormat()
  const modelName = useModelName()
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
        <h1 className="font-semibold text-xl tracking-tight">{t('broken')}</h1>
        <p className="mt-2 text-ink-2">{t('brokenHint')}</p>
        <TryLink />
      </>
    )
  }
  const level = confidence(best[1], shared.uncertain !== null, shared.calibrated)
  return (
    <>
      {shared.picture && <SharedPicture key={shared.picture} url={shared.picture} file={shared.file} />}
      {level === 'unrecognized' ? (
        <Unrecognized score={best[1]} reason={shared.uncertain} />
      ) : (
        <>
          <p className={level === 'uncertain' ? 'font-semibold text-warn' : 'font-semibold text-accent'}>
            {words(level)}
          </p>
          <h1 lang="en" className="text-balance break-words font-semibold text-2xl leading-[1.1] tracking-[-0.03em]">
            {best[0]}
          </h1>
          <Synonyms of={{ synonyms: shared.names }} />
          <p className="mt-3 flex items-baseline gap-4">
            <span className="figures text-[1.5rem]">
              {format.percent(best[1])}
              <span className="ml-0.5 text-ink-2 text-sm">%</span>
            </span>
            <span className="text-ink-2 text-sm">{answer(shared.calibrated ? 'calibrated' : 'notCalibrated')}</span>
          </p>
        </>
      )}
      <div className="mt-6">
        <ProbabilityChart predictions={shared.predictions.map(([label, score], index) => ({ label, score, index }))} />
      </div>
      <p className="mt-6 border-line border-t pt-4 text-ink-2 text-sm">
        {t.rich(shared.picture ? 'aboutWithPicture' : 'about', {
          file: () => <span className="break-all font-medium text-ink">{shared.file}</span>,
          model: shared.type ? `${modelName(shared.type)} (${shared.model})` : shared.model,
        })}
      </p>
      <TryLink />
    </>
  )
}

/** The small copy of the photo that the link carries. */
function SharedPicture({ url, file }: { url: string; file: string }) {
  const [broken, setBroken] = useState(false)
  if (broken) return null
  return (
    // Of constant size, so that nothing moves when the thumbnail is decoded.
    <div className="relative mb-6 h-60 overflow-hidden rounded-2xl bg-sunk">
      <PhotoOnBlur url={url} alt={file} onBroken={() => setBroken(true)} />
    </div>
  )
}

function TryLink() {
  const t = useTranslations('result')
  return (
    <Link
      href="/"
      prefetch={false}
      className="mt-6 inline-block font-semibold text-accent underline-offset-4 hover:underline"
    >
      {t('try')}
    </Link>
  )
}

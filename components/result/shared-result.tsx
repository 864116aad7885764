'use client'

import Link from 'next/link'
import { useState, useSyncExternalStore } from 'react'
import { useTranslations } from 'use-intl'
import { confidence } from '@/lib/shared/results/confidence'
import { fromFragment, type SharedClassification } from '@/lib/shared/results/share-link'
import { ProbabilityChart } from '../charts/probability-chart'
import { Synonyms } from '../classify/synonyms'
import { useModelName } from '../classify/use-model-name'
import { lazy } from '../ui/lazy'
import { PhotoOnBlur } from '../ui/photo-on-blur'
import { useFormat } from '../ui/use-format'
import { Unrecognized } from './unrecognized'

const SeveralLabels = lazy(
  () => import('../classify/several-labels').then((module) => module.SeveralLabels),
  () => <div className="h-32" />,
)

function subscribe(onChange: () => void): () => void {
  window.addEventListener('hashchange', onChange)
  return () => window.removeEventListener('hashchange', onChange)
}

/** A result encoded in the URL fragment. The server receives neither the result nor the photo. */
export function SharedResult() {
  const t = useTranslations('result')
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
  const predictions = shared.predictions.map(([label, score], index) => ({
    label,
    score,
    index,
    ...(shared.selected && { selected: shared.selected.includes(index) }),
  }))
  return (
    <>
      {shared.picture && <SharedPicture key={shared.picture} url={shared.picture} file={shared.file} />}
      {shared.selected ? (
        <SeveralLabels
          result={{
            predictions,
            uncertain: shared.uncertain !== null,
            uncertain_reason: shared.uncertain,
            model: { calibrated: shared.calibrated, problem_type: 'multi_label_classification' },
          }}
        />
      ) : (
        <BestLabel label={best[0]} score={best[1]} shared={shared} />
      )}
      <div className="mt-6">
        <ProbabilityChart predictions={predictions} />
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

interface BestLabelProps {
  label: string
  score: number
  shared: SharedClassification
}

function BestLabel({ label, score, shared: { uncertain, calibrated, names } }: BestLabelProps) {
  const answer = useTranslations('answer')
  const words = useTranslations('confidence')
  const format = useFormat()
  const level = confidence(score, uncertain !== null, calibrated)
  if (level === 'unrecognized') return <Unrecognized score={score} reason={uncertain} />
  return (
    <>
      <p className={level === 'uncertain' ? 'font-semibold text-warn' : 'font-semibold text-accent'}>{words(level)}</p>
      <h1 lang="en" className="text-balance break-words font-semibold text-2xl leading-[1.1] tracking-[-0.03em]">
        {label}
      </h1>
      <Synonyms of={{ synonyms: names }} />
      <p className="mt-3 flex items-baseline gap-4">
        <span className="figures text-[1.5rem]">
          {format.percent(score)}
          <span className="ml-0.5 text-ink-2 text-sm">%</span>
        </span>
        <span className="text-ink-2 text-sm">{answer(calibrated ? 'calibrated' : 'notCalibrated')}</span>
      </p>
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

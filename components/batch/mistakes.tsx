import clsx from 'clsx'
import { ArrowRight } from 'lucide-react'
import { useTranslations } from 'use-intl'
import { fullName } from '@/lib/client/batch/own-word'
import type { Evaluation } from '@/lib/shared/metrics/evaluation'
import { mixUps } from '@/lib/shared/metrics/mix-ups'
import { useFormat } from '../ui/use-format'
import { MISTAKE_ROW, MistakeList } from './mistake-list'

interface MistakesProps {
  counts: Evaluation['confusions']
  name(index: number): string
  /** The visitor's own word for a true label, by default the model's. */
  truthName(index: number): string
  /** Shows the photos of a mistake. */
  onSelect(truth: number, predicted: number): void
}

/** Which label was taken for which, most frequent first. */
export function Mistakes({ counts, name, truthName, onSelect }: MistakesProps) {
  const t = useTranslations('batch.judgement')
  const format = useFormat()
  const all = mixUps(counts)
  return (
    <MistakeList
      all={all}
      hint={t('mistakesHint')}
      showAll={t('allMistakes', { count: format.integer(all.length) })}
      keyOf={([truth, predicted]) => `${truth} ${predicted}`}
      row={([truth, predicted, photos]) => (
        <button
          type="button"
          aria-label={t('mistake', { truth: truthName(truth), predicted: name(predicted), count: photos })}
          onClick={() => onSelect(truth, predicted)}
          className={clsx(MISTAKE_ROW, 'grid-cols-[minmax(0,1fr)_auto_minmax(0,1fr)_auto]')}
        >
          <span lang="en" title={fullName(truthName(truth), name(truth))} className="truncate">
            {truthName(truth)}
          </span>
          <ArrowRight aria-hidden className="size-3.5 text-ink-3" />
          <span lang="en" title={name(predicted)} className="truncate text-bad">
            {name(predicted)}
          </span>
          <span className="figures min-w-6 text-right text-ink-2">{format.integer(photos)}</span>
        </button>
      )}
    />
  )
}

import clsx from 'clsx'
import { useMemo } from 'react'
import { useTranslations } from 'use-intl'
import { type LabelMistake, labelMistakes, type SetEvaluation } from '@/lib/shared/metrics/set-evaluation'
import { useFormat } from '../ui/use-format'
import { MISTAKE_ROW, MistakeList } from './mistake-list'

interface LabelMistakesProps {
  photos: SetEvaluation['photos']
  name(index: number): string
  /** Shows the photos of a mistake. */
  onSelect(mistake: LabelMistake): void
}

/** Which labels results lack, and which they have by mistake, most frequent first. */
export function LabelMistakes({ photos, name, onSelect }: LabelMistakesProps) {
  const t = useTranslations('batch.judgement')
  const format = useFormat()
  const all = useMemo(() => labelMistakes(photos), [photos])
  return (
    <MistakeList
      all={all}
      hint={t('setMistakesHint')}
      showAll={t('allClasses', { count: all.length })}
      keyOf={({ index, kind }) => `${index} ${kind}`}
      row={(mistake) => (
        <button
          type="button"
          onClick={() => onSelect(mistake)}
          className={clsx(MISTAKE_ROW, 'grid-cols-[minmax(0,1fr)_auto_auto]')}
        >
          <span lang="en" title={name(mistake.index)} className="truncate">
            {name(mistake.index)}
          </span>
          <span className="text-bad">{t(mistake.kind)}</span>
          <span className="figures min-w-6 text-right text-ink-2">{format.integer(mistake.files.length)}</span>
        </button>
      )}
    />
  )
}

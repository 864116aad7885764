import { useMemo, useState } from 'react'
import { useTranslations } from 'use-intl'
import { type LabelMistake, labelMistakes, type SetEvaluation } from '@/lib/shared/metrics/set-evaluation'
import { Button } from '../ui/button'
import { useFormat } from '../ui/use-format'

interface LabelMistakesProps {
  photos: SetEvaluation['photos']
  name(index: number): string
  /** Shows the photos of a mistake. */
  onSelect(mistake: LabelMistake): void
}

const INITIAL_ROWS = 9

/** Which labels results lack, and which they have by mistake, most frequent first. */
export function LabelMistakes({ photos, name, onSelect }: LabelMistakesProps) {
  const t = useTranslations('batch.judgement')
  const format = useFormat()
  const [expanded, setExpanded] = useState(false)
  const all = useMemo(() => labelMistakes(photos), [photos])
  const visible = expanded ? all : all.slice(0, INITIAL_ROWS)
  return (
    <section aria-labelledby="mistakes" className="min-w-0 rounded-card border border-line bg-card p-5">
      <h3 id="mistakes" className="font-semibold text-sm">
        {t('mistakes')}
      </h3>
      <p className="mt-1 text-pretty text-ink-3 text-xs">{all.length > 0 ? t('setMistakesHint') : t('noMistakes')}</p>
      <ul className={expanded ? '-mx-2 mt-2 max-h-[26.25rem] overflow-y-auto px-2' : 'mt-2'}>
        {visible.map((mistake) => (
          <li key={`${mistake.index} ${mistake.kind}`}>
            <button
              type="button"
              onClick={() => onSelect(mistake)}
              className="-mx-2 grid w-[calc(100%+1rem)] grid-cols-[minmax(0,1fr)_auto_auto] items-center gap-2.5 rounded-[6px] px-2 py-1.5 text-left text-sm hover:bg-sunk"
            >
              <span lang="en" title={name(mistake.index)} className="truncate">
                {name(mistake.index)}
              </span>
              <span className="text-bad">{t(mistake.kind)}</span>
              <span className="figures min-w-6 text-right text-ink-2">{format.integer(mistake.files.length)}</span>
            </button>
          </li>
        ))}
      </ul>
      {all.length > INITIAL_ROWS && !expanded && (
        <Button variant="quiet" className="-mx-2 mt-1 h-9 px-2!" onClick={() => setExpanded(true)}>
          {t('allClasses', { count: all.length })}
        </Button>
      )}
    </section>
  )
}

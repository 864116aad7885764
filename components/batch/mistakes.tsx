import { ArrowRight } from 'lucide-react'
import { useState } from 'react'
import { useTranslations } from 'use-intl'
import { fullName } from '@/lib/client/batch/own-word'
import type { Evaluation } from '@/lib/shared/metrics/evaluation'
import { mixUps } from '@/lib/shared/metrics/mix-ups'
import { Button } from '../ui/button'
import { useFormat } from '../ui/use-format'

interface MistakesProps {
  counts: Evaluation['confusions']
  name(index: number): string
  /** The visitor's own word for a true label, by default the model's. */
  truthName(index: number): string
  /** Shows the photos of a mistake. */
  onSelect(truth: number, predicted: number): void
}

const INITIAL_ROWS = 9

/** Which label was taken for which, most frequent first. */
export function Mistakes({ counts, name, truthName, onSelect }: MistakesProps) {
  const t = useTranslations('batch.judgement')
  const format = useFormat()
  const [expanded, setExpanded] = useState(false)
  const all = mixUps(counts)
  const visible = expanded ? all : all.slice(0, INITIAL_ROWS)
  return (
    <section aria-labelledby="mistakes" className="min-w-0 rounded-card border border-line bg-card p-5">
      <h3 id="mistakes" className="font-semibold text-sm">
        {t('mistakes')}
      </h3>
      <p className="mt-1 text-ink-3 text-xs">{all.length > 0 ? t('mistakesHint') : t('noMistakes')}</p>
      <ul className={expanded ? '-mx-2 mt-2 max-h-[26.25rem] overflow-y-auto px-2' : 'mt-2'}>
        {visible.map(([truth, predicted, photos]) => (
          <li key={`${truth} ${predicted}`}>
            <button
              type="button"
              aria-label={t('mistake', { truth: truthName(truth), predicted: name(predicted), count: photos })}
              onClick={() => onSelect(truth, predicted)}
              className="-mx-2 grid w-[calc(100%+1rem)] grid-cols-[minmax(0,1fr)_auto_minmax(0,1fr)_auto] items-center gap-2.5 rounded-[6px] px-2 py-1.5 text-left text-sm hover:bg-sunk"
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
          </li>
        ))}
      </ul>
      {all.length > INITIAL_ROWS && !expanded && (
        <Button variant="quiet" className="-mx-2 mt-1 h-9 px-2!" onClick={() => setExpanded(true)}>
          {t('allMistakes', { count: format.integer(all.length) })}
        </Button>
      )}
    </section>
  )
}

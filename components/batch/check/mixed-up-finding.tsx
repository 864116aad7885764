import { ArrowRight } from 'lucide-react'
import { useTranslations } from 'use-intl'
import type { CheckReport } from '@/lib/shared/contract/check'
import { isMixedUp } from '@/lib/shared/dataset-check/mixed-up'
import { useFormat } from '../../ui/use-format'
import { Finding, SCROLLER } from './finding'
import type { PhotoLinks, PhotoSet } from './photo-links'
import { useFirst } from './use-first'

interface MixedUpFindingProps {
  labels: CheckReport['labels']
  photos: PhotoLinks
}

/** Labels whose photos look like another label, the most frequent first. Each shows its photos. */
export function MixedUpFinding({ labels: { issues, mixed_up: pairs }, photos }: MixedUpFindingProps) {
  const t = useTranslations('batch.check')
  const format = useFormat()
  const { shown, more } = useFirst(pairs)
  const setOf = (label: string, other: string): PhotoSet => ({
    files: issues.filter((issue) => isMixedUp(issue, label, other)).map(({ file }) => file),
    name: t('mixedUpPair', { label, other }),
  })
  return (
    <Finding
      title={t('mixedUp')}
      count={pairs.length}
      hint={t('mixedUpHint')}
      about={{ files: [], name: '' }}
      photos={photos}
    >
      <ul className={SCROLLER}>
        {shown.map(({ label, looks_like: other, photos: count }) => (
          <li key={`${label}\n${other}`}>
            <button
              type="button"
              aria-label={t('mixedUpPhotos', { label, other, count })}
              onClick={() => photos.show(setOf(label, other))}
              className="-mx-2 grid w-[calc(100%+1rem)] grid-cols-[minmax(0,1fr)_auto_minmax(0,1fr)_auto] items-center gap-2.5 rounded-[6px] px-2 py-1.5 text-left text-sm hover:bg-sunk"
            >
              <span translate="no" title={label} className="truncate">
                {label}
              </span>
              <ArrowRight aria-hidden className="size-3.5 text-ink-3" />
              <span translate="no" title={other} className="truncate">
                {other}
              </span>
              <span className="figures min-w-6 text-right text-ink-2">{format.integer(count)}</span>
            </button>
          </li>
        ))}
        {more && <li>{more}</li>}
      </ul>
    </Finding>
  )
}

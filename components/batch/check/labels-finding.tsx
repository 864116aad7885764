import { ArrowRight } from 'lucide-react'
import { useTranslations } from 'use-intl'
import type { CheckReport } from '@/lib/shared/contract/check'
import { separateLabels } from '@/lib/shared/labels-file/table'
import { useFormat } from '../../ui/use-format'
import { Finding, SCROLLER } from './finding'
import { LazyThumbnail } from './lazy-thumbnail'
import type { PhotoLinks, PhotoSet } from './photo-links'
import { useFirst } from './use-first'

type Labels = CheckReport['labels']

interface LabelsFindingProps {
  labels: Labels
  /** Whether any photo has a label. */
  labeled: boolean
  photos: PhotoLinks
}

/** Labels that look wrong, the worst first, each with the label that the photo looks like. */
export function LabelsFinding({ labels: { issues, checked, reason }, labeled, photos }: LabelsFindingProps) {
  const t = useTranslations('batch.check')
  const format = useFormat()
  const { shown, more } = useFirst(issues)
  const among: PhotoSet = { files: issues.map(({ file }) => file), name: t('labels') }
  function hintOf() {
    if (!labeled) return 'noLabels'
    if (checked === 0) return 'labelsNotChecked'
    return issues.length === 0 ? 'labelsRight' : 'labelsHint'
  }
  return (
    <Finding
      title={t('labels')}
      count={issues.length}
      hint={
        <>
          {t(hintOf(), { count: checked, number: format.integer(checked) })}
          {labeled && checked === 0 && reason !== null && <span lang="en"> {reason}</span>}
        </>
      }
      about={among}
      photos={photos}
    >
      <ul className={`${SCROLLER} grid grid-cols-[minmax(0,1fr)] gap-1 md:grid-cols-2 md:gap-x-4`}>
        {shown.map(({ file, label, suggested, score }) => (
          <li key={file}>
            <button
              type="button"
              onClick={() => photos.open(file, among)}
              className="flex w-full items-center gap-3 rounded-card p-1.5 text-left hover:bg-sunk"
            >
              <IssueThumbnail file={file} photos={photos} />
              <span className="min-w-0 flex-1">
                <span translate="no" className="block text-pretty text-sm [overflow-wrap:anywhere]">
                  {t.rich('issue', {
                    label: listed(label) || t('noneOfThem'),
                    suggested: listed(suggested) || t('noneOfThem'),
                    was: (chunk) => <span className="text-bad">{chunk}</span>,
                    is: (chunk) => <span className="font-semibold">{chunk}</span>,
                    arrow: () => <ArrowRight aria-hidden className="mx-1.5 inline size-3.5 text-ink-3" />,
                    hidden: (chunk) => <span className="sr-only">{chunk}</span>,
                  })}
                </span>
                <span translate="no" title={file} className="mt-1 block truncate text-ink-2 text-xs">
                  {photos.shortName(file)}
                </span>
                <span className="figures mt-1 block text-ink-3 text-xs">
                  {t('score', { percent: format.percent(score) })}
                </span>
              </span>
            </button>
          </li>
        ))}
        {more && <li className="md:col-span-2">{more}</li>}
      </ul>
    </Finding>
  )
}

/** As on the rest of the page. */
const listed = (labels: string) => separateLabels(labels).join(', ')

function IssueThumbnail({ file, photos }: { file: string; photos: PhotoLinks }) {
  const item = photos.find(file)
  return item ? <LazyThumbnail index={item.index} photos={photos} /> : null
}

import { useTranslations } from 'use-intl'
import type { BatchItem } from '@/lib/client/batch/items'
import type { PhotoSource } from '@/lib/client/batch/source'
import type { Thumbnails } from '@/lib/client/batch/thumbnails'
import { useFormat } from '../../ui/use-format'
import { Thumbnail } from '../thumbnail'

interface MapCardProps {
  item: BatchItem
  /** Where the point is, and the size of the picture, in CSS pixels. */
  left: number
  top: number
  width: number
  height: number
  thumbnails: Thumbnails
  source: PhotoSource | undefined
  /** Whether screen readers read it: the point was reached by keys. */
  announced: boolean
}

/** Distance from the point, in CSS pixels. */
const GAP = 14

/** The photo that is looked at on the map: thumbnail, label, score, and name. It lies on the side with more room. */
export function MapCard({ item, left, top, width, height, announced, ...photo }: MapCardProps) {
  const [t, check] = [useTranslations('batch'), useTranslations('batch.check')]
  const format = useFormat()
  const { row, path } = item
  const name = path.slice(path.lastIndexOf('/') + 1)
  const horizontal = left > width / 2 ? { right: width - left + GAP } : { left: left + GAP }
  const vertical = top > height / 2 ? { bottom: Math.max(0, height - top) } : { top: Math.max(0, top) }
  return (
    <div
      role={announced ? 'status' : undefined}
      aria-hidden={announced ? undefined : true}
      style={{ ...horizontal, ...vertical }}
      className="pointer-events-none absolute w-[6.75rem] rounded-card border border-line bg-card p-1.5 shadow-card"
    >
      <Thumbnail key={item.index} large index={item.index} {...photo} />
      <p lang="en" className="mt-1 line-clamp-2 break-words font-semibold text-xs">
        {row?.label ?? t('noLabel')}
      </p>
      {row?.score !== null && row?.score !== undefined && (
        <p className="text-ink-2 text-xs tabular-nums">{check('score', { percent: format.percent(row.score) })}</p>
      )}
      <p translate="no" className="truncate text-ink-3 text-xs">
        {name}
      </p>
    </div>
  )
}

import { useTranslations } from 'use-intl'
import type { CheckReport } from '@/lib/shared/contract/check'
import { Finding, SCROLLER } from './finding'
import type { PhotoLinks, PhotoSet } from './photo-links'
import { PhotoTile } from './photo-tile'
import { useFirst } from './use-first'

interface OutliersFindingProps {
  outliers: CheckReport['outliers']
  photos: PhotoLinks
}

/** Photos far from all others, the farthest first. */
export function OutliersFinding({ outliers, photos }: OutliersFindingProps) {
  const t = useTranslations('batch.check')
  const { shown, more } = useFirst(outliers)
  const among: PhotoSet = { files: outliers.map(({ file }) => file), name: t('outliers') }
  return (
    <Finding
      title={t('outliers')}
      count={outliers.length}
      hint={outliers.length === 0 ? t('noOutliers') : t('outliersHint')}
      about={among}
      photos={photos}
    >
      <div className={SCROLLER}>
        <ul className="-mx-1.5 flex flex-wrap items-start gap-1">
          {shown.map(({ file }) => (
            <li key={file}>
              <PhotoTile file={file} photos={photos} among={among} />
            </li>
          ))}
        </ul>
        {more}
      </div>
    </Finding>
  )
}

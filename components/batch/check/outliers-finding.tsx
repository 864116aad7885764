import { useTranslations } from 'use-intl'
import type { CheckReport } from '@/lib/shared/contract/check'
import { Finding, SCROLLER } from './finding'
import type { PhotoLinks, PhotoSet } from './photo-links'
import { PhotoTiles } from './photo-tiles'
import { useFirst } from './use-first'

interface OutliersFindingProps {
  outliers: CheckReport['outliers']
  photos: PhotoLinks
}

/** Photos far from all others, the farthest first. */
export function OutliersFinding({ outliers, photos }: OutliersFindingProps) {
  const t = useTranslations('batch.check')
  const files = outliers.map(({ file }) => file)
  const { shown, more } = useFirst(files)
  const among: PhotoSet = { files, name: t('outliers') }
  return (
    <Finding
      title={t('outliers')}
      count={outliers.length}
      hint={outliers.length === 0 ? t('noOutliers') : t('outliersHint')}
      about={among}
      photos={photos}
    >
      <div className={SCROLLER}>
        <PhotoTiles files={shown} photos={photos} among={among} />
        {more}
      </div>
    </Finding>
  )
}

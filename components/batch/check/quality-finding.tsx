import { useTranslations } from 'use-intl'
import type { CheckReport } from '@/lib/shared/contract/check'
import { QUALITY_ISSUES, type QualityIssue } from '@/lib/shared/dataset-check/quality'
import { useFormat } from '../../ui/use-format'
import { Finding, SCROLLER } from './finding'
import type { PhotoLinks, PhotoSet } from './photo-links'
import { PhotoTiles } from './photo-tiles'
import { useFirst } from './use-first'

interface QualityFindingProps {
  quality: CheckReport['quality']
  photos: PhotoLinks
}

/** Photos of low quality, by what may be wrong with them. */
export function QualityFinding({ quality, photos }: QualityFindingProps) {
  const t = useTranslations('batch.check')
  return (
    <Finding
      title={t('quality')}
      count={quality.length}
      hint={quality.length === 0 ? t('noQuality') : t('qualityHint')}
      about={{ files: quality.map(({ file }) => file), name: t('quality') }}
      photos={photos}
    >
      <div className={`${SCROLLER} grid grid-cols-[minmax(0,1fr)] gap-x-6 md:grid-cols-2 lg:grid-cols-3`}>
        {QUALITY_ISSUES.map((kind) => {
          const files = quality.filter(({ issues }) => issues.includes(kind)).map(({ file }) => file)
          return files.length > 0 && <Kind key={kind} kind={kind} files={files} photos={photos} />
        })}
      </div>
    </Finding>
  )
}

/** Photos of one kind that are shown at first. */
const FIRST = 12

function Kind({ kind, files, photos }: { kind: QualityIssue; files: readonly string[]; photos: PhotoLinks }) {
  const t = useTranslations('batch.check')
  const format = useFormat()
  const { shown, more } = useFirst(files, FIRST)
  const among: PhotoSet = { files, name: t(`kinds.${kind}`) }
  return (
    <div className="border-line border-t py-3">
      <h4 className="text-sm">
        <button
          type="button"
          onClick={() => photos.show(among)}
          className="rounded-[4px] underline decoration-line-2 underline-offset-4 hover:decoration-current"
        >
          {t(`kinds.${kind}`)}
        </button>
        <span className="figures ml-2 text-ink-2">{format.integer(files.length)}</span>
      </h4>
      <div className="mt-1.5">
        <PhotoTiles files={shown} photos={photos} among={among} />
      </div>
      {more}
    </div>
  )
}

import clsx from 'clsx'
import { useTranslations } from 'use-intl'
import type { CheckReport } from '@/lib/shared/contract/check'
import { useFormat } from '../../ui/use-format'
import { Finding, SCROLLER } from './finding'
import type { PhotoLinks, PhotoSet } from './photo-links'
import { PhotoTile } from './photo-tile'
import { useFirst } from './use-first'

type Group = CheckReport['copies'][number]

interface CopiesFindingProps {
  groups: readonly Group[]
  photos: PhotoLinks
}

/** Photos of one group that are shown. */
const MAX_SHOWN = 12

/** Groups of copies with the photo to keep; those in several parts of the data set first. */
export function CopiesFinding({ groups, photos }: CopiesFindingProps) {
  const t = useTranslations('batch.check')
  const sorted = [...groups].sort((a, b) => Number(b.leak !== null) - Number(a.leak !== null))
  const { shown, more } = useFirst(sorted)
  const leaks = groups.filter(({ leak }) => leak !== null).length
  return (
    <Finding
      title={t('copies')}
      count={groups.length}
      hint={groups.length === 0 ? t('noCopies') : t('copiesHint', { leaks })}
      about={{ files: sorted.flatMap(filesOf), name: t('copies') }}
      photos={photos}
    >
      <ul className={`${SCROLLER} grid grid-cols-[minmax(0,1fr)] gap-x-6 md:grid-cols-2 lg:grid-cols-3`}>
        {shown.map((group) => (
          <li key={group.kept} className={clsx('border-line border-t py-3', isWide(group) && 'md:col-span-full')}>
            <CopyGroup group={group} photos={photos} />
          </li>
        ))}
        {more && <li className="col-span-full">{more}</li>}
      </ul>
    </Finding>
  )
}

function CopyGroup({ group, photos }: { group: Group; photos: PhotoLinks }) {
  const t = useTranslations('batch.check')
  const format = useFormat()
  const files = filesOf(group)
  const among: PhotoSet = { files, name: t('copiesOf', { name: nameOf(group.kept) }) }
  const rest = files.length - MAX_SHOWN
  return (
    <>
      {(group.leak || group.labels) && (
        <p className="mb-2 flex flex-wrap gap-2 text-xs">
          {group.leak && (
            <span className="rounded-full bg-bad-soft px-2.5 py-1 font-semibold text-bad">
              {t('leak', { parts: format.list(group.leak) })}
            </span>
          )}
          {group.labels && (
            <span className="rounded-full bg-warn-soft px-2.5 py-1 text-warn">
              {t('severalLabels', { labels: format.list(group.labels) })}
            </span>
          )}
        </p>
      )}
      <div className="-mx-1.5 flex flex-wrap items-start gap-1">
        {files.slice(0, MAX_SHOWN).map((file) => (
          <PhotoTile
            key={file}
            file={file}
            photos={photos}
            among={among}
            note={folderOf(photos.shortName(file))}
            mark={file === group.kept ? t('kept') : null}
          />
        ))}
        {rest > 0 && (
          <button
            type="button"
            aria-label={t('andMoreCopies', { count: files.length })}
            onClick={() => photos.show(among)}
            className="grid size-24 place-items-center rounded-card text-ink-2 text-sm hover:bg-sunk"
          >
            {t('andMore', { count: rest })}
          </button>
        )}
      </div>
    </>
  )
}

const filesOf = ({ kept, copies }: Group) => [kept, ...copies]
/** Whether its photos need more than a third of the page. */
const isWide = ({ copies }: Group) => copies.length > 2
const nameOf = (file: string) => file.slice(file.lastIndexOf('/') + 1)
const folderOf = (file: string) => file.slice(0, Math.max(file.lastIndexOf('/'), 0))

import { memo, useMemo } from 'react'
import { useTranslations } from 'use-intl'
import type { BatchItem } from '@/lib/client/batch/items'
import type { PhotoSource } from '@/lib/client/batch/source'
import type { Thumbnails } from '@/lib/client/batch/thumbnails'
import type { ResultRow } from '@/lib/shared/results/columns'
import { saysOf } from '@/lib/shared/results/selected'
import { truthOf } from '@/lib/shared/results/truth'
import { useFormat } from '../ui/use-format'
import { PhotoStatus } from './photo-status'
import { LABELED_GRID, TABLE_GRID } from './table-grid'
import { Thumbnail } from './thumbnail'
import { TruthMark } from './truth-mark'

/** Translations and number formats, created once per table instead of once per row. */
export interface RowTexts {
  t: ReturnType<typeof useTranslations<'batch'>>
  problems: ReturnType<typeof useTranslations<'problems'>>
  several: ReturnType<typeof useTranslations<'several'>>
  format: ReturnType<typeof useFormat>
}

export function useRowTexts(): RowTexts {
  const [t, problems, format] = [useTranslations('batch'), useTranslations('problems'), useFormat()]
  const several = useTranslations('several')
  return useMemo(() => ({ t, problems, several, format }), [t, problems, several, format])
}

interface PhotoRowProps {
  texts: RowTexts
  item: BatchItem
  /** Length of the folder that all photos are in, which isn't shown. */
  commonFolder: number
  /** Whether the true labels are known. */
  labeled: boolean
  /** Another model's result if its label is another one, and the name of that model. */
  otherRow: ResultRow | null
  otherModel: string
  /** Row number in the whole table; the header is row 1. */
  position: number
  /** Pixels from the top of the table. */
  top: number
  source: PhotoSource | undefined
  thumbnails: Thumbnails
  /** Whether Tab leads to this row. */
  tabStop: boolean
  onFocus(index: number): void
  onOpen(index: number): void
}

/** Number of labels after the top one that fit in a row. */
const OTHER_LABELS = 3

export const PhotoRow = memo(function PhotoRow({
  texts,
  item,
  commonFolder,
  labeled,
  otherRow,
  otherModel,
  position,
  top,
  source,
  thumbnails,
  tabStop,
  onFocus,
  onOpen,
}: PhotoRowProps) {
  const { t } = texts
  const { index, path, row, ownWord } = item
  const nameStart = path.lastIndexOf('/') + 1
  return (
    <tr
      aria-rowindex={position}
      // By keyboard, the button with the file name opens the photo. Selecting text in a row isn't a click.
      onClick={() => getSelection()?.isCollapsed !== false && onOpen(index)}
      className={`${labeled ? LABELED_GRID : TABLE_GRID} absolute inset-x-0 h-15 cursor-pointer border-line border-b hover:bg-sunk/60`}
      style={{ transform: `translateY(${top}px)` }}
    >
      <td className="row-span-2 md:row-span-1">
        <Thumbnail index={index} source={source} thumbnails={thumbnails} />
      </td>
      <td className="order-2 col-start-2 min-w-0 self-start max-md:flex max-md:items-center max-md:gap-2 md:order-none md:col-start-auto md:self-auto">
        <button
          type="button"
          translate="no"
          aria-label={t('show', { name: path })}
          data-photo={index}
          tabIndex={tabStop ? 0 : -1}
          onFocus={() => onFocus(index)}
          className="figures block min-w-0 truncate rounded-[4px] text-left text-[0.8125rem] md:w-full text-ink-2 hover:text-ink hover:underline md:text-ink"
        >
          {path.slice(nameStart)}
        </button>
        {labeled && row?.correct === false && (
          <span className="flex min-w-[45%] items-center gap-0.5 text-bad text-xs md:hidden">
            <TruthMark correct={row.correct} t={t} />{' '}
            <span lang={ownWord ? undefined : 'en'} className="truncate">
              {ownWord ?? (truthOf(row) || texts.several('none'))}
            </span>
          </span>
        )}
        {nameStart > commonFolder && (
          // Of a long path, the end says the most: it is cut off at its start.
          <span
            translate="no"
            title={path}
            className="figures block truncate text-left text-ink-3 text-xs [direction:rtl] max-md:hidden"
          >
            <bdi dir="ltr">{path.slice(commonFolder, nameStart)}</bdi>
          </span>
        )}
      </td>
      <td className="col-start-2 row-start-1 min-w-0 self-end md:col-start-auto md:row-start-auto md:self-auto">
        <Label row={row} otherRow={otherRow} otherModel={otherModel} texts={texts} />
      </td>
      {labeled && (
        <>
          <td className="min-w-0 max-md:hidden">{row && <Truth row={row} ownWord={ownWord} texts={texts} />}</td>
          <td className="max-md:hidden">
            <TruthMark correct={row?.correct} t={t} />
          </td>
        </>
      )}
      <td className="col-start-3 row-start-1 self-end md:col-start-auto md:row-start-auto md:self-auto">
        <Score row={row} texts={texts} bar={!labeled} />
        {otherRow?.score !== null && otherRow?.score !== undefined && (
          <span
            className={`figures block text-right text-accent text-xs max-md:hidden ${labeled ? '' : 'pr-[4.125rem]'}`}
          >
            {texts.format.percent(otherRow.score)}
          </span>
        )}
      </td>
      {!labeled && <Time row={row} texts={texts} />}
      <td className="order-2 self-start text-right md:order-none md:self-auto md:text-left">
        <PhotoStatus item={item} t={t} />
      </td>
    </tr>
  )
})

interface TruthProps {
  row: ResultRow
  ownWord: string | null | undefined
  texts: RowTexts
}

/** The true label: the visitor's own word, and the model's name for it where that is another one. */
function Truth({ row, ownWord, texts }: TruthProps) {
  const label = truthOf(row)
  if (label === '') return <span className="block truncate text-ink-3 text-sm">{texts.several('none')}</span>
  const name = (
    <span
      lang="en"
      title={label ?? undefined}
      className={ownWord ? 'block truncate text-ink-3 text-xs' : 'block truncate text-sm'}
    >
      {label}
    </span>
  )
  if (!ownWord) return name
  return (
    <>
      <span translate="no" title={ownWord} className="block truncate text-sm">
        {ownWord}
      </span>
      {name}
    </>
  )
}

interface CellProps {
  row: ResultRow | null
  texts: RowTexts
}

type LabelProps = CellProps & Pick<PhotoRowProps, 'otherRow' | 'otherModel'>

function Label({ row, otherRow, otherModel, texts }: LabelProps) {
  const { t, format } = texts
  if (row?.status === 'failed') return <FailureReason row={row} texts={texts} />
  if (!row) return null
  const { labels } = row
  const others = row.top_labels
    .map((label, index) => ({ label, score: row.top_scores[index] ?? 0 }))
    .filter(({ label }, rank) => !(labels?.includes(label) ?? rank === 0))
    .slice(0, OTHER_LABELS)
    .map(({ label, score }) => `${label} ${format.percent(score)}`)
  const says = labels ? labels.join(', ') || texts.several('none') : (row.label ?? t('noLabel'))
  return (
    <>
      <span lang="en" className="block truncate text-sm">
        {says}
        {otherRow && (
          <span className="text-accent md:hidden">
            {' '}
            <span className="sr-only">{otherModel}: </span>({saysOf(otherRow) ?? t('noLabel')}{' '}
            {format.percent(otherRow.score ?? 0)})
          </span>
        )}
      </span>
      {otherRow && <OtherLabel row={otherRow} model={otherModel} texts={texts} />}
      {!otherRow && others.length > 0 && (
        <span lang="en" title={others.join(' · ')} className="block truncate text-ink-3 text-xs max-md:hidden">
          {others.join(' · ')}
        </span>
      )}
    </>
  )
}

/** The label of the other model, in place of the further labels. */
function OtherLabel({ row, model, texts: { t } }: CellProps & { row: ResultRow; model: string }) {
  return (
    <span className="block truncate text-accent text-xs max-md:hidden">
      {model}: <span lang="en">{saysOf(row) ?? t('noLabel')}</span>
    </span>
  )
}

/** Why the photo failed, in short; the dialog shows the details. */
function FailureReason({ row, texts: { problems: t } }: CellProps & { row: ResultRow }) {
  const key = `${row.error_code}.title` as 'offline.title'
  return <span className="block truncate text-bad text-sm">{t.has(key) ? t(key) : row.error_code}</span>
}

function Score({ row, texts: { format }, bar }: CellProps & { bar: boolean }) {
  if (row?.score === null || row?.score === undefined) return null
  return (
    <span className="flex items-center justify-end gap-2.5">
      <span className="figures text-sm">{format.percent(row.score)}</span>
      {bar && (
        <span aria-hidden className="h-1 w-14 overflow-hidden rounded-full bg-sunk max-md:hidden">
          <span className="block h-full rounded-full bg-accent" style={{ width: `${100 * row.score}%` }} />
        </span>
      )}
    </span>
  )
}

function Time({ row, texts: { t, format } }: CellProps) {
  return (
    <td className="figures text-right text-ink-2 text-xs max-md:hidden">
      {row?.ms !== null && row?.ms !== undefined && t('ms', { time: format.milliseconds(row.ms) })}
    </td>
  )
}

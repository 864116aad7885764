import clsx from 'clsx'
import { TriangleAlert, Undo2 } from 'lucide-react'
import { useTranslations } from 'use-intl'
import type { LabelChoices, LabelsFile } from '@/lib/client/batch/labels'
import type { Label } from '@/lib/shared/contract/contract'
import { labelFinder } from '@/lib/shared/labels-file/label-column'
import type { MatchedLabels } from '@/lib/shared/labels-file/match-labels'
import { firstNames } from '@/lib/shared/labels-file/summary'
import { truthWords } from '@/lib/shared/metrics/evaluation'
import { Button } from '../ui/button'
import { useFormat } from '../ui/use-format'
import { LabelColumns } from './label-columns'
import type { Judged, LabelsTrouble } from './use-judged'

interface UnusableLabelsProps {
  trouble: LabelsTrouble
  judged: Judged
  labels: LabelsFile
  onChoose(choices: LabelChoices): void
  /** Brings the previous labels back; null without any. */
  onKeepPrevious: (() => void) | null
}

/** Why the labels can't be used, with the file's columns and first rows, to choose the right columns. */
export function UnusableLabels({
  trouble,
  judged: { reading, items, classes, truth },
  labels,
  ...props
}: UnusableLabelsProps) {
  const { onChoose, onKeepPrevious } = props
  const t = useTranslations('batch.judgement')
  const format = useFormat()
  const list = (all: readonly string[]) => {
    const { names, more } = firstNames(all)
    return more > 0 ? t('andMore', { names, count: format.integer(more) }) : names
  }
  const column = (index: number | undefined) => reading?.columns[index ?? -1] ?? ''
  const reason = {
    no_columns: () => t('noColumns'),
    no_photos: () => {
      const names = list(reading?.unused ?? [])
      if (names === '') return t('noRows')
      return t('noPhotos', { column: column(reading?.file), names, photos: list(items.map(({ path }) => path)) })
    },
    no_known_labels: () => {
      const { several, unknown } = unusableWords(truth, classes)
      return unknown.length === 0
        ? t('onlyAmbiguousLabels', { names: list(several) })
        : t('noKnownLabels', { column: column(reading?.label), names: list(unknown) })
    },
  }[trouble]()
  return (
    <div role="status" className="mt-4 rounded-card bg-warn-soft px-4 py-3 text-sm">
      <p className="flex items-center gap-2 font-semibold">
        <TriangleAlert aria-hidden className="size-4 shrink-0 text-warn" />
        {t('notUnderstood', { name: labels.folders ? t('folderNames') : labels.name })}
      </p>
      <p className="mt-1 max-w-[80ch] text-pretty break-words text-ink-2">{reason}</p>
      {reading && !labels.folders && <LabelColumns reading={reading} onPick={(picks) => onChoose({ picks })} />}
      {!labels.folders && <FirstRows labels={labels} reading={reading} />}
      {onKeepPrevious && (
        <Button className="mt-3" onClick={onKeepPrevious}>
          <Undo2 aria-hidden /> {t('keepPrevious')}
        </Button>
      )}
    </div>
  )
}

/** The words that several labels share, and those that none has. */
function unusableWords(truth: Judged['truth'], classes: readonly Label[] | null) {
  const find = labelFinder(truth?.kind ?? 'names', classes ?? [])
  const words = [...new Set(truth ? truthWords(truth) : [])]
  const isAmbiguous = (word: string) => {
    const match = find(word)
    return 'candidates' in match && match.candidates.length > 0
  }
  return { several: words.filter(isAmbiguous), unknown: words.filter((word) => !isAmbiguous(word)) }
}

const ROWS = 3
const MAX_COLUMNS = 12

/** The file's columns and first rows. The chosen columns stand out. */
function FirstRows({ labels: { table }, reading }: { labels: LabelsFile; reading: MatchedLabels | null }) {
  const t = useTranslations('batch.judgement')
  const headed = table.names === null && reading?.header === true
  const rows = table.rows
    .slice(headed ? 1 : 0)
    .filter((cells) => cells.some((cell) => cell.trim() !== ''))
    .slice(0, ROWS)
  const given = table.names ?? (headed ? table.rows[0] : undefined) ?? []
  const width = Math.min(MAX_COLUMNS, Math.max(given.length, ...rows.map(({ length }) => length)))
  const columns = Array.from({ length: width }, (_, at) => given[at]?.trim() || t('columnNumber', { number: at + 1 }))
  const role = (at: number) =>
    reading?.file === at ? t('photoColumn') : reading?.label === at ? t('labelColumnName') : null
  return (
    <section
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrollable area must be reachable by keyboard
      tabIndex={0}
      aria-label={t('firstRows')}
      className="mt-3 overflow-x-auto rounded-card border border-line bg-card text-ink"
    >
      <table translate="no" className="figures min-w-full text-[0.8125rem]">
        <caption className="sr-only">{t('firstRows')}</caption>
        <thead>
          <tr>
            {columns.map((name, at) => (
              <th
                // biome-ignore lint/suspicious/noArrayIndexKey: columns are identified by position; names may repeat
                key={at}
                scope="col"
                className={clsx('px-3 py-2 text-left font-semibold', role(at) && 'bg-accent-soft')}
              >
                {name}
                {role(at) && <span className="ml-2 font-normal font-sans text-accent text-xs">{role(at)}</span>}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((cells, line) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: always replaced as a whole
            <tr key={line} className="border-line border-t">
              {columns.map((_, at) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: columns are identified by position
                <td key={at} className={clsx('max-w-64 truncate px-3 py-1.5', role(at) && 'bg-accent-soft/50')}>
                  {cells[at]}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}

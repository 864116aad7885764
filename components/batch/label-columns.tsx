import { useTranslations } from 'use-intl'
import type { MatchedLabels, Picks } from '@/lib/shared/labels-file/match-labels'
import { useFormat } from '../ui/use-format'

interface LabelColumnsProps {
  reading: MatchedLabels
  onPick(picks: Picks): void
}

/** Lets the visitor choose the columns that hold photos and labels, and shows how many lines match a photo. */
export function LabelColumns({ reading, onPick }: LabelColumnsProps) {
  const t = useTranslations('batch.judgement')
  const format = useFormat()
  const { columns, file, label, kind, matched, lines } = reading
  const columnNumber = (index: number) => String(index + 1)
  return (
    <div className="mt-3 flex flex-wrap items-center gap-x-4 gap-y-2 text-ink text-sm">
      <ColumnSelect
        name={t('fileColumn')}
        columns={columns}
        value={file}
        onChange={(at) => onPick({ file: columnNumber(at), label: at === label ? undefined : columnNumber(label) })}
      />
      <ColumnSelect
        name={t('labelColumn')}
        columns={columns}
        value={label}
        onChange={(at) => onPick({ file: at === file ? undefined : columnNumber(file), label: columnNumber(at) })}
      />
      <p role="status" className="text-ink-2">
        {t('matched', { matched: format.integer(matched), lines: format.integer(lines) })}
        {kind === 'indices' && ` ${t('indices')}`}
      </p>
    </div>
  )
}

interface ColumnSelectProps {
  name: string
  columns: readonly string[]
  value: number
  onChange(index: number): void
}

function ColumnSelect({ name, columns, value, onChange }: ColumnSelectProps) {
  return (
    <label className="flex min-w-0 items-center gap-2">
      <span className="shrink-0 text-ink-2">{name}</span>
      <select
        translate="no"
        value={value}
        onChange={({ target }) => onChange(Number(target.value))}
        className="h-10 min-w-0 max-w-52 rounded-card border border-line-2 bg-card px-3"
      >
        {columns.map((column, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: columns are identified by position; names may repeat
          <option key={index} value={index}>
            {column}
          </option>
        ))}
      </select>
    </label>
  )
}

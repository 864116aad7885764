import { useTranslations } from 'use-intl'
import type { MatchedLabels, Picks } from '@/lib/shared/labels-file/match-labels'
import { useFormat } from '../ui/use-format'

interface LabelsUnderstoodProps {
  reading: MatchedLabels
  onPick(picks: Picks): void
}

/** Which columns hold the photos and the labels, to be chosen otherwise, and how many lines have a photo. */
export function LabelsUnderstood({ reading, onPick }: LabelsUnderstoodProps) {
  const t = useTranslations('batch.judgement')
  const format = useFormat()
  const { columns, file, label, kind, matched, lines } = reading
  const number = (at: number) => String(at + 1)
  return (
    <div className="mt-3 flex flex-wrap items-center gap-x-4 gap-y-2 text-sm">
      <Column
        name={t('fileColumn')}
        columns={columns}
        value={file}
        onChange={(at) => onPick({ file: number(at), label: at === label ? undefined : number(label) })}
      />
      <Column
        name={t('labelColumn')}
        columns={columns}
        value={label}
        onChange={(at) => onPick({ file: at === file ? undefined : number(file), label: number(at) })}
      />
      <p role="status" className="text-ink-2">
        {t('matched', { matched: format.integer(matched), lines: format.integer(lines) })}
        {kind === 'indices' && ` ${t('indices')}`}
      </p>
    </div>
  )
}

interface ColumnProps {
  name: string
  columns: readonly string[]
  value: number
  onChange(at: number): void
}

function Column({ name, columns, value, onChange }: ColumnProps) {
  return (
    <label className="flex min-w-0 items-center gap-2">
      <span className="shrink-0 text-ink-2">{name}</span>
      <select
        translate="no"
        value={value}
        onChange={({ target }) => onChange(Number(target.value))}
        className="h-10 min-w-0 max-w-52 rounded-card border border-line-2 bg-card px-3"
      >
        {columns.map((column, at) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a column is its place; names may repeat
          <option key={at} value={at}>
            {column}
          </option>
        ))}
      </select>
    </label>
  )
}

import { Checkbox } from '@base-ui/react/checkbox'
import { Popover } from '@base-ui/react/popover'
import { Check, ChevronDown } from 'lucide-react'
import { useState } from 'react'
import { useTranslations } from 'use-intl'
import { exportName } from '@/lib/client/batch/export-name'
import type { BatchItem } from '@/lib/client/batch/items'
import { exportFile } from '@/lib/client/files/export-file'
import type { PhotoCheck } from '@/lib/shared/contract/check'
import { NOTHING_FOUND } from '@/lib/shared/dataset-check/checked-rows'
import {
  CHECK_COLUMNS,
  columnsFor,
  type FileColumn,
  LABELED_COLUMNS,
  MULTI_LABEL_COLUMNS,
  RESULT_COLUMNS,
  RESULT_FORMATS,
  type ResultFormat,
  type ResultRow,
} from '@/lib/shared/results/columns'
import { Button } from '../ui/button'
import { Segmented } from '../ui/segmented'
import { useSaveFile } from '../ui/use-save-file'
import type { Judged } from './use-judged'

/** Display names of the formats. */
const FORMAT_NAMES: Record<ResultFormat, string> = { csv: 'CSV', xlsx: 'Excel', json: 'JSON', ndjson: 'NDJSON' }

interface ExportPanelProps {
  judged: Judged
  /** Names of the batch and of its model, null while that is unknown. They name the file. */
  name: string
  model: string | null
  /** The photos that the table shows. */
  shown: readonly BatchItem[]
  /** What a check found about photos, by path; null without a check. */
  checked: ReadonlyMap<string, PhotoCheck> | null
}

/** Exports the results so far: format, columns, and all photos or only those that the table shows. */
export function ExportPanel({
  judged: { items, labeled, uncertainBelow },
  name,
  model,
  shown,
  checked,
}: ExportPanelProps) {
  const t = useTranslations('batch')
  const [format, setFormat] = useState<ResultFormat>('csv')
  const [excluded, setExcluded] = useState<ReadonlySet<FileColumn>>(new Set())
  const [onlyVisible, setOnlyVisible] = useState(false)
  const saveFile = useSaveFile()
  const rows = (): ResultRow[] =>
    (onlyVisible ? shown : items).flatMap(({ path, row }) => (row ? [checkedRow(row, checked?.get(path))] : []))
  const offered: readonly FileColumn[] = columnsFor(format, [
    ...(labeled ? LABELED_COLUMNS : RESULT_COLUMNS),
    ...(checked ? CHECK_COLUMNS : []),
    ...(items.some(({ row }) => row?.labels) ? MULTI_LABEL_COLUMNS : []),
  ])
  const columns = offered.filter((column) => !excluded.has(column))
  function toggle(column: FileColumn): void {
    const next = new Set(excluded)
    if (!next.delete(column)) next.add(column)
    setExcluded(next)
  }
  return (
    <Popover.Root>
      <Popover.Trigger render={<Button variant="primary" />}>
        {t('export')} <ChevronDown aria-hidden />
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Positioner sideOffset={6} align="end" collisionPadding={12} className="z-20">
          <Popover.Popup
            aria-label={t('export')}
            className="grid w-[min(380px,calc(100vw-24px))] gap-4 rounded-card border border-line bg-card p-4 shadow-card outline-none"
          >
            <Segmented<ResultFormat>
              label={t('format')}
              value={format}
              onChange={setFormat}
              options={RESULT_FORMATS.map((value) => ({ value, label: FORMAT_NAMES[value], lang: 'en' }))}
            />
            <fieldset>
              <legend className="text-ink-2 text-sm">{t('whichColumns')}</legend>
              <div className="mt-1 grid grid-cols-2 gap-x-4">
                {offered.map((column) => (
                  <LabeledCheckbox
                    key={column}
                    label={column}
                    code
                    checked={!excluded.has(column)}
                    onChange={() => toggle(column)}
                  />
                ))}
              </div>
            </fieldset>
            {uncertainBelow !== null && (
              <p className="text-pretty text-ink-2 text-sm">
                {t('yourLimit', { percent: Math.round(100 * uncertainBelow) })}
              </p>
            )}
            <LabeledCheckbox
              label={t('onlyShown')}
              checked={onlyVisible}
              onChange={() => setOnlyVisible(!onlyVisible)}
            />
            <Button
              variant="primary"
              disabled={columns.length === 0 || saveFile.state === 'making'}
              onClick={() => saveFile.save(exportName(name, model, format), () => exportFile(rows(), format, columns))}
            >
              {t('save', { count: rows().length })}
            </Button>
            <p role="status" className="text-bad text-sm empty:hidden">
              {saveFile.state === 'failed' && t('saveFailed')}
            </p>
          </Popover.Popup>
        </Popover.Positioner>
      </Popover.Portal>
    </Popover.Root>
  )
}

/** Columns that are not exported don't matter. */
const checkedRow = (row: ResultRow, found: PhotoCheck = NOTHING_FOUND): ResultRow => ({ ...row, ...found })

interface LabeledCheckboxProps {
  label: string
  /** A column name of the file format, which is not translated. */
  code?: boolean
  checked: boolean
  onChange(): void
}

function LabeledCheckbox({ label, code = false, checked, onChange }: LabeledCheckboxProps) {
  return (
    // biome-ignore lint/a11y/noLabelWithoutControl: the checkbox inside is the control
    <label className="flex min-h-8 cursor-pointer items-center gap-2.5 text-sm">
      <Checkbox.Root
        checked={checked}
        onCheckedChange={onChange}
        className="grid size-[18px] shrink-0 place-items-center rounded-[5px] border border-line-2 bg-card data-checked:border-accent data-checked:bg-accent"
      >
        <Checkbox.Indicator>
          <Check aria-hidden className="size-3.5 text-accent-ink" strokeWidth={3} />
        </Checkbox.Indicator>
      </Checkbox.Root>
      <span translate={code ? 'no' : undefined} className={code ? 'figures text-[0.8125rem]' : ''}>
        {label}
      </span>
    </label>
  )
}

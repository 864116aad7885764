import { useState } from 'react'
import { useTranslations } from 'use-intl'
import { exportFile } from '@/lib/client/files/export-file'
import { saveFile } from '@/lib/client/files/save-file'
import { MAX_RUNS, type Run } from '@/lib/client/history/history'
import { exportColumns, toCsv, toJson, toRows } from '@/lib/shared/results/result-export'
import { textMatches } from '@/lib/shared/search/label-search'
import { Button } from '../ui/button'
import { lazy } from '../ui/lazy'
import { useFormat } from '../ui/use-format'
import { useLabelQuery } from '../ui/use-label-query'
import { usePersistentState } from '../ui/use-persistent-state'
import { usePreload } from '../ui/use-preload'
import { useSaveFile } from '../ui/use-save-file'
import { ClearButton } from './clear-button'
import { RunRow } from './run-row'

const RunDialog = lazy(() => import('./run-dialog').then((module) => module.RunDialog))

interface RunListProps {
  runs: readonly Run[]
  /** The default model and the upload limit, for classifying a photo again. */
  model: string
  imageBytes: number
  onRemove(run: Run): void
  onClear(): void
}

/** The runs as rows that open with a click, with search, export and deletion. */
export function RunList({ runs, model, imageBytes, onRemove, onClear }: RunListProps) {
  const t = useTranslations('history')
  const format = useFormat()
  const [query, setQuery] = usePersistentState('history query', '')
  const [openId, setOpenId] = useState<number | null>(null)
  const saver = useSaveFile()
  const isWanted = useLabelQuery(
    runs.flatMap(({ results }) => results.map(({ model }) => model.id)),
    query,
  )
  usePreload(RunDialog)
  const found = runs.filter((run) => matches(run, query, isWanted))
  const exported = found.flatMap(({ file, photo, results }) =>
    results.map((result) => ({ file, ...(photo && { bytes: photo.bytes, sha256: photo.sha256 }), result })),
  )
  const openIndex = found.findIndex(({ id }) => id === openId)
  const open = found[openIndex]
  const step = (by: 1 | -1) => {
    const next = found[openIndex + by]
    return next ? () => setOpenId(next.id) : null
  }
  return (
    <>
      <div className="mt-6 flex flex-wrap items-center gap-x-2 gap-y-3 sm:gap-x-3">
        <input
          type="search"
          aria-label={t('search')}
          value={query}
          onChange={(event) => setQuery(event.target.value)}
          placeholder={t('search')}
          className="h-10 w-full sm:min-w-[17rem] sm:flex-1 rounded-card border border-line-2 bg-card px-3 text-sm placeholder:text-ink-3 sm:max-w-72"
        />
        <Button onClick={() => saveFile('history.csv', 'text/csv', toCsv(exported))}>CSV</Button>
        <Button
          onClick={() =>
            saver.save('history.xlsx', () => exportFile(toRows(exported), 'xlsx', exportColumns(exported)))
          }
        >
          Excel
        </Button>
        <Button onClick={() => saveFile('history.json', 'application/json', toJson(exported))}>JSON</Button>
        <ClearButton onClear={onClear} />
      </div>
      <p aria-live="polite" className="mt-4 text-ink-2 text-sm">
        {t('summary', {
          found: found.length,
          all: runs.length,
          most: MAX_RUNS,
          size: format.bytes(storedBytes(runs)),
        })}
      </p>
      <p role="status" className="mt-2 text-bad text-sm empty:hidden">
        {saver.state === 'failed' && t('saveFailed')}
      </p>
      <ul className="mt-3">
        {found.map((run) => (
          <li key={run.id} className="border-line border-t">
            <RunRow run={run} onOpen={() => setOpenId(run.id)} onRemove={() => onRemove(run)} />
          </li>
        ))}
      </ul>
      {open && (
        <RunDialog
          key={open.id}
          run={open}
          model={model}
          imageBytes={imageBytes}
          onClose={() => setOpenId(null)}
          onRemove={() => {
            setOpenId(null)
            onRemove(open)
          }}
          onPrevious={step(-1)}
          onNext={step(1)}
        />
      )}
    </>
  )
}

function matches({ file, results }: Run, query: string, isWanted: (label: string) => boolean): boolean {
  if (textMatches(file, query)) return true
  return results.some(({ predictions }) => predictions.slice(0, 5).some(({ label }) => isWanted(label)))
}

/** Approximate size of thumbnails and results, in bytes. */
function storedBytes(runs: readonly Run[]): number {
  return runs.reduce((sum, { thumbnail, results }) => sum + (thumbnail?.size ?? 0) + JSON.stringify(results).length, 0)
}

'use client'

import { Trash2 } from 'lucide-react'
import Link from 'next/link'
import { type ReactNode, useEffect, useState } from 'react'
import { useTranslations } from 'use-intl'
import { exportFile } from '@/lib/client/files/export-file'
import { saveFile } from '@/lib/client/files/save-file'
import { clearRuns, listRuns, MAX_RUNS, type Run, removeRun } from '@/lib/client/history/history'
import { toCsv, toJson, toRows } from '@/lib/shared/results/result-export'
import { Button } from '../ui/button'
import { lazy } from '../ui/lazy'
import { useFormat } from '../ui/use-format'
import { useLabelQuery } from '../ui/use-label-query'
import { usePersistentState } from '../ui/use-persistent-state'
import { usePreload } from '../ui/use-preload'
import { useSaveFile } from '../ui/use-save-file'
import { RunRow } from './run-row'

const RunDialog = lazy(() => import('./run-dialog').then((module) => module.RunDialog))

interface HistoryViewProps {
  /** The default model and the upload limit, for classifying a photo again. */
  model: string
  imageBytes: number
}

type State = { name: 'loading' } | { name: 'unavailable' } | { name: 'loaded'; runs: readonly Run[] }

/** Earlier results in this browser: opened with a click, with search, export and deletion. */
export function HistoryView({ model, imageBytes }: HistoryViewProps) {
  const t = useTranslations('history')
  const format = useFormat()
  const [state, setState] = useState<State>({ name: 'loading' })
  const [query, setQuery] = usePersistentState('history query', '')
  const [openId, setOpenId] = useState<number | null>(null)
  const saver = useSaveFile()
  const isWanted = useLabelQuery(
    state.name === 'loaded' ? state.runs.flatMap(({ results }) => results.map(({ model }) => model.id)) : [],
    query,
  )
  usePreload(RunDialog)
  useEffect(() => {
    listRuns().then(
      (runs) => setState({ name: 'loaded', runs }),
      () => setState({ name: 'unavailable' }),
    )
  }, [])
  if (state.name === 'loading') return <Message>{t('reading')}</Message>
  if (state.name === 'unavailable') return <Message>{t('unavailable')}</Message>
  const { runs } = state
  if (runs.length === 0) {
    return (
      <Message>
        {t('empty')}{' '}
        <Link href="/" className="font-semibold text-accent underline-offset-4 hover:underline">
          {t('classify')}
        </Link>
      </Message>
    )
  }
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
  async function remove(id: number): Promise<void> {
    await removeRun(id)
    setState({ name: 'loaded', runs: runs.filter((run) => run.id !== id) })
  }
  async function clear(): Promise<void> {
    await clearRuns()
    setState({ name: 'loaded', runs: [] })
  }
  return (
    <>
      <div className="mt-6 flex flex-wrap items-center gap-3">
        <input
          type="search"
          aria-label={t('search')}
          value={query}
          onChange={(event) => setQuery(event.target.value)}
          placeholder={t('search')}
          className="h-10 min-w-48 flex-1 rounded-card border border-line-2 bg-card px-3 text-sm placeholder:text-ink-3 sm:max-w-72"
        />
        <Button onClick={() => saveFile('history.csv', 'text/csv', toCsv(exported))}>CSV</Button>
        <Button onClick={() => saver.save('history.xlsx', () => exportFile(toRows(exported), 'xlsx'))}>Excel</Button>
        <Button onClick={() => saveFile('history.json', 'application/json', toJson(exported))}>JSON</Button>
        <ClearButton onClear={clear} />
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
            <RunRow run={run} onOpen={() => setOpenId(run.id)} onRemove={() => remove(run.id)} />
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
            void remove(open.id)
          }}
          onPrevious={step(-1)}
          onNext={step(1)}
        />
      )}
    </>
  )
}

function Message({ children }: { children: ReactNode }) {
  return (
    <p className="mt-8 rounded-card border border-line border-dashed px-5 py-12 text-center text-ink-2">{children}</p>
  )
}

/** Asks for confirmation, because clearing cannot be undone. */
function ClearButton({ onClear }: { onClear(): void }) {
  const t = useTranslations('history')
  const [confirming, setConfirming] = useState(false)
  if (!confirming) {
    return (
      <Button variant="quiet" onClick={() => setConfirming(true)} className="sm:ml-auto">
        <Trash2 aria-hidden /> {t('clear')}
      </Button>
    )
  }
  return (
    <span className="flex flex-wrap items-center gap-2 sm:ml-auto">
      <span className="text-ink-2 text-sm">{t('clearAsk')}</span>
      <Button onClick={onClear} className="text-bad">
        {t('clearYes')}
      </Button>
      <Button variant="quiet" autoFocus onClick={() => setConfirming(false)}>
        {t('clearNo')}
      </Button>
    </span>
  )
}

function matches({ file, results }: Run, query: string, isWanted: (label: string) => boolean): boolean {
  if (file.toLowerCase().includes(query.trim().toLowerCase())) return true
  return results.some(({ predictions }) => predictions.slice(0, 5).some(({ label }) => isWanted(label)))
}

/** Approximate size of thumbnails and results, in bytes. */
function storedBytes(runs: readonly Run[]): number {
  return runs.reduce((sum, { thumbnail, results }) => sum + (thumbnail?.size ?? 0) + JSON.stringify(results).length, 0)
}

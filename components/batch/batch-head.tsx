import { Pause, Play, Plus, RotateCw, Tags, X } from 'lucide-react'
import { useState } from 'react'
import { useTranslations } from 'use-intl'
import { failedThere } from '@/lib/client/batch/items'
import type { BatchSession } from '@/lib/client/batch/session'
import type { BatchSnapshot } from '@/lib/client/batch/snapshot'
import type { TableView } from '@/lib/client/batch/view'
import { Button } from '../ui/button'
import { BatchFigures } from './batch-figures'
import { ExportPanel } from './export-panel'
import { PickFiles } from './pick-files'
import { SafeToClose } from './safe-to-close'

interface BatchHeadProps {
  session: BatchSession
  snapshot: BatchSnapshot
  view: TableView
  onFiles(files: readonly File[]): void
  onNew(): void
}

/** Where the batch stands, and what can be done with it. */
export function BatchHead({ session, snapshot, view, onFiles, onNew }: BatchHeadProps) {
  const t = useTranslations('batch')
  const { phase, counts, items } = snapshot
  const over = phase === 'done' || phase === 'cancelled' || phase === 'gone'
  const toRetry = phase === 'done' && counts.failed > 0 && items.some(failedThere)
  return (
    <>
      <div className="flex flex-wrap items-end gap-x-6 gap-y-4">
        <div className="min-w-0 flex-1 basis-80">
          <h1 className="font-semibold text-xl tracking-tight lg:text-2xl">{t('results')}</h1>
          <BatchFigures snapshot={snapshot} />
        </div>
        <div className="flex flex-wrap items-center gap-2">
          {(phase === 'running' || phase === 'paused') && (
            <>
              {snapshot.job?.reason !== 'dead_letters' && (
                <Button onClick={() => void session.pause(phase === 'running')}>
                  {phase === 'running' ? <Pause aria-hidden /> : <Play aria-hidden />}
                  {phase === 'running' ? t('pause') : t('resume')}
                </Button>
              )}
              <Cancel onCancel={() => void session.cancel()} />
            </>
          )}
          {toRetry && (
            <Button onClick={() => void session.retryFailed()}>
              <RotateCw aria-hidden /> {t('retryFailed')}
            </Button>
          )}
          {over && (
            <Button onClick={onNew}>
              <Plus aria-hidden /> {t('new')}
            </Button>
          )}
          <PickFiles picks="labels" accept=".csv,.tsv,.tab,.txt,.lst,.json,.jsonl,.ndjson,.xml" onFiles={onFiles}>
            <Tags aria-hidden /> {t('labelsFile')}
          </PickFiles>
          <ExportPanel items={snapshot.items} view={view} />
        </div>
      </div>
      <Progress snapshot={snapshot} />
      <SafeToClose snapshot={snapshot} />
    </>
  )
}

function Progress({ snapshot: { counts, phase } }: Pick<BatchHeadProps, 'snapshot'>) {
  const t = useTranslations('batch')
  const all = Math.max(counts.total - counts.leftOut, 1)
  const share = (count: number) => `${(100 * count) / all}%`
  return (
    <div
      role="progressbar"
      aria-label={t('progress')}
      aria-valuemin={0}
      aria-valuemax={all}
      aria-valuenow={counts.done}
      className="mt-4 flex h-1.5 overflow-hidden rounded-full bg-sunk"
    >
      <div className={phase === 'paused' ? 'bg-ink-3' : 'bg-accent'} style={{ width: share(counts.done) }} />
      <div
        className="bg-bar"
        style={{ width: share(counts.total - counts.leftOut - counts.done - counts.toUpload - counts.missing) }}
      />
    </div>
  )
}

/** Asks once more: what was cancelled does not run again. */
function Cancel({ onCancel }: { onCancel(): void }) {
  const t = useTranslations('batch')
  const [asking, setAsking] = useState(false)
  if (!asking) {
    return (
      <Button variant="quiet" onClick={() => setAsking(true)}>
        <X aria-hidden /> {t('cancel')}
      </Button>
    )
  }
  return (
    <span className="flex items-center gap-2">
      <Button className="text-bad" onClick={onCancel}>
        {t('cancelYes')}
      </Button>
      <Button variant="quiet" autoFocus onClick={() => setAsking(false)}>
        {t('cancelNo')}
      </Button>
    </span>
  )
}

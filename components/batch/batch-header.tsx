import clsx from 'clsx'
import { Keyboard, Pause, Play, Plus, RotateCw, Tags, X } from 'lucide-react'
import { useTranslations } from 'use-intl'
import { type BatchItem, mayRecover } from '@/lib/client/batch/items'
import type { BatchSession } from '@/lib/client/batch/session'
import { type BatchSnapshot, hasEnded } from '@/lib/client/batch/snapshot'
import type { TableView } from '@/lib/client/batch/table-view'
import type { PhotoCheck } from '@/lib/shared/contract/check'
import { Button } from '../ui/button'
import { ConfirmButton } from '../ui/confirm-button'
import { BatchStats } from './batch-stats'
import { EditableName } from './editable-name'
import { ExportPanel } from './export-panel'
import { FilePickerButton } from './file-picker-button'
import { RerunMenu } from './rerun-menu'
import { SafeToClose } from './safe-to-close'
import { useBatchTitle } from './use-batch-title'
import { useDocumentTitle } from './use-document-title'
import type { Judged } from './use-judged'
import type { Rerun } from './use-rerun'

interface BatchHeaderProps {
  session: BatchSession
  snapshot: BatchSnapshot
  judged: Judged
  /** The photos that the table shows. */
  shown: readonly BatchItem[]
  /** What a check found about photos, by path; null without a check. */
  checked: ReadonlyMap<string, PhotoCheck> | null
  rerun: Rerun
  modelName(id: string): string
  /** Shows a selection of photos in the table. */
  onShow(view: Partial<TableView>): void
  /** Shows the evaluation against the labels. */
  onShowLabels(): void
  onFiles(files: readonly File[]): void
  onNew(): void
  /** Labels the photos one by one; null if that isn't possible. */
  onLabel: (() => void) | null
}

/** The batch's progress and its actions. */
export function BatchHeader({
  session,
  snapshot,
  judged,
  shown,
  checked,
  rerun,
  modelName,
  onFiles,
  onNew,
  onLabel,
  ...show
}: BatchHeaderProps) {
  const t = useTranslations('batch')
  const { phase, items } = snapshot
  const name = useBatchTitle()({ ...snapshot, photos: items.length })
  const model = snapshot.model && modelName(snapshot.model)
  const ended = hasEnded(phase)
  useDocumentTitle(useTabTitle(name, snapshot))
  const recoverable = phase === 'done' ? items.filter(mayRecover).length : 0
  return (
    <>
      {/* On a desktop, the actions are beside the name if both fit; the figures have the whole width. */}
      <div className="flex flex-col lg:flex-row lg:flex-wrap lg:items-center lg:gap-x-6 lg:gap-y-2">
        <EditableName name={name} className="max-w-full lg:flex-auto" onRename={(title) => void session.rename(title)}>
          {(field) => (
            <h1
              translate="no"
              tabIndex={-1}
              className={clsx(
                'min-w-0 outline-none font-semibold text-xl tracking-tight lg:text-2xl',
                field ? 'max-w-[40ch] flex-1' : 'line-clamp-2 [overflow-wrap:anywhere]',
              )}
            >
              {field ?? name}
            </h1>
          )}
        </EditableName>
        <div className="min-w-0 lg:order-1 lg:basis-full">
          <BatchStats model={model} snapshot={snapshot} judged={judged} {...show} />
        </div>
        <div className="mt-4 flex flex-wrap items-center gap-2 lg:mt-0">
          {(phase === 'running' || phase === 'paused') && (
            <>
              {snapshot.job?.reason !== 'dead_letters' && (
                <Button onClick={() => void session.setPaused(phase === 'running')}>
                  {phase === 'running' ? <Pause aria-hidden /> : <Play aria-hidden />}
                  {phase === 'running' ? t('pause') : t('resume')}
                </Button>
              )}
              <ConfirmButton yes={t('cancelYes')} no={t('cancelNo')} onConfirm={() => void session.cancel()}>
                <X aria-hidden /> {t('cancel')}
              </ConfirmButton>
            </>
          )}
          {recoverable > 0 && (
            <Button onClick={() => void session.retryFailed()}>
              <RotateCw aria-hidden /> {t('retryFailed', { count: recoverable })}
            </Button>
          )}
          {ended && (
            <Button onClick={onNew}>
              <Plus aria-hidden /> {t('new')}
            </Button>
          )}
          {phase !== 'opening' && (
            <>
              <FilePickerButton
                kind="labels"
                accept=".csv,.tsv,.tab,.txt,.lst,.json,.jsonl,.ndjson,.xml"
                onFiles={onFiles}
              >
                <Tags aria-hidden /> {t('labelsFile')}
              </FilePickerButton>
              {onLabel && (
                <Button onClick={onLabel}>
                  <Keyboard aria-hidden /> {t('label')}
                </Button>
              )}
              <RerunMenu rerun={rerun} modelName={modelName} />
              <ExportPanel judged={judged} name={name} model={model} shown={shown} checked={checked} />
            </>
          )}
        </div>
      </div>
      <Progress snapshot={snapshot} />
      <SafeToClose snapshot={snapshot} />
    </>
  )
}

/** The name of the batch, and how far it is while it runs. */
function useTabTitle(name: string, { phase, counts }: BatchSnapshot): string {
  const t = useTranslations('answer')
  if (phase !== 'running') return name
  const share = counts.done / Math.max(counts.total - counts.leftOut, 1)
  return `${t('percent', { value: Math.floor(100 * share) })} · ${name}`
}

function Progress({ snapshot: { counts, phase } }: Pick<BatchHeaderProps, 'snapshot'>) {
  const t = useTranslations('batch')
  const total = Math.max(counts.total - counts.leftOut, 1)
  const share = (count: number) => `${(100 * count) / total}%`
  return (
    <div
      role="progressbar"
      aria-label={t('progress')}
      aria-valuemin={0}
      aria-valuemax={total}
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

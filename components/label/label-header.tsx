import { ArrowLeft, Download } from 'lucide-react'
import { useTranslations } from 'use-intl'
import type { LabelsFormat } from '@/lib/client/labeling/export-labels'
import type { TrainingSession } from '@/lib/client/training/session'
import type { TrainingSnapshot } from '@/lib/client/training/types'
import { ActionItem, ActionMenu } from '../ui/action-menu'
import { Button } from '../ui/button'
import { ProgressBar } from '../ui/progress-bar'
import { useSaveFile } from '../ui/use-save-file'
import { progressOf } from './progress'

interface LabelHeaderProps {
  session: TrainingSession
  state: TrainingSnapshot
  /** Shows the model that learns from the labels. */
  onClose(): void
}

const FILE_NAMES: Record<LabelsFormat, string> = { csv: 'labels.csv', jsonl: 'metadata.jsonl' }

/** How far the labels are, how good the model is by now, and what can be done with the labels. */
export function LabelHeader({ session, state, onClose }: LabelHeaderProps) {
  const t = useTranslations('label')
  const { labeled, left, skipped, failed, reading } = progressOf(session, state)
  const counts = [
    t('labeled', { count: labeled }),
    t('left', { count: left }),
    ...(skipped > 0 ? [t('skipped', { count: skipped })] : []),
    ...(failed > 0 ? [t('failed', { count: failed })] : []),
  ]
  return (
    <div className="pt-4 lg:pt-6">
      <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
        <h1
          tabIndex={-1}
          data-label-title
          className="mr-auto font-semibold text-xl tracking-tight outline-none lg:text-2xl"
        >
          {t('title')}
        </h1>
        <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
          {labeled > 0 && <Export session={session} />}
          <Button onClick={onClose}>
            <ArrowLeft aria-hidden /> {t('toModel')}
          </Button>
        </div>
      </div>
      <div className="mt-1 flex flex-wrap items-baseline gap-x-6 gap-y-1 text-sm">
        <p className="text-ink-2 tabular-nums" data-testid="label-progress">
          {counts.join(' · ')}
        </p>
        {reading > 0 && <p className="text-ink-2 tabular-nums">{t('reading', { done: left - reading, all: left })}</p>}
        <Accuracy state={state} />
      </div>
      {labeled + left + skipped > 0 && (
        <ProgressBar label={t('progress')} value={labeled / (labeled + left + skipped)} className="mt-3" />
      )}
    </div>
  )
}

/** The estimate so far. Labels that are chosen because they are hard make it low. */
function Accuracy({ state: { model, photos } }: { state: TrainingSnapshot }) {
  const t = useTranslations('label')
  if (photos.length === 0) return null
  if (model?.multiLabel) {
    return (
      <p className="text-ink-2" title={t('accuracyHint')}>
        {t('meanPrecision', { percent: Math.round(100 * model.multiLabel.map) })}
      </p>
    )
  }
  if (!model?.accuracy) return null
  const [low, high] = model.accuracy.interval.map((share) => Math.round(100 * share))
  return (
    <p className="text-ink-2" title={t('accuracyHint')}>
      {t('accuracy', { percent: Math.round(100 * model.accuracy.share), low: low ?? 0, high: high ?? 100 })}
    </p>
  )
}

function Export({ session }: { session: TrainingSession }) {
  const t = useTranslations('label')
  const saver = useSaveFile()
  function save(format: LabelsFormat): void {
    void saver.save(FILE_NAMES[format], async () => {
      const { exportLabels } = await import('@/lib/client/labeling/export-labels')
      return exportLabels(session, format)
    })
  }
  return (
    <div>
      <ActionMenu icon={<Download aria-hidden className="size-4" />} label={t('export')}>
        <ActionItem hint={t('exportCsvHint')} onClick={() => save('csv')}>
          {t('exportCsv')}
        </ActionItem>
        <ActionItem hint={t('exportJsonlHint')} onClick={() => save('jsonl')}>
          {t('exportJsonl')}
        </ActionItem>
      </ActionMenu>
      <p role="status" className="text-bad text-sm empty:hidden">
        {saver.state === 'failed' && t('exportFailed')}
      </p>
    </div>
  )
}

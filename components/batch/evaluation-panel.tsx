import { useMemo } from 'react'
import { useTranslations } from 'use-intl'
import type { BatchItem } from '@/lib/client/batch/items'
import type { LabelsFile } from '@/lib/client/batch/labels'
import type { TableView } from '@/lib/client/batch/table-view'
import type { Job } from '@/lib/shared/contract/jobs'
import type { Picks } from '@/lib/shared/labels-file/match-labels'
import { evaluate } from '@/lib/shared/metrics/evaluation'
import { Button } from '../ui/button'
import { EvaluationReport } from './evaluation-report'
import { LabelColumns } from './label-columns'
import { useClasses } from './use-classes'
import { useMatchedLabels } from './use-matched-labels'

interface EvaluationPanelProps {
  labels: LabelsFile
  job: Job
  items: readonly BatchItem[]
  /** Shows a selection of photos in the table. */
  onShow(subset: NonNullable<TableView['subset']>): void
  onPick(picks: Picks): void
  onRemove(): void
}

/** Evaluates the results against the visitor's labels, with the same metrics as `vision eval`. */
export function EvaluationPanel({ labels, job, items, onShow, onPick, onRemove }: EvaluationPanelProps) {
  const t = useTranslations('batch.judgement')
  const { classes, failed } = useClasses(job.model.id)
  const matched = useMatchedLabels(labels, items, classes)
  const reading = matched === 'no_columns' ? null : matched
  const evaluation = useMemo(
    () =>
      classes &&
      reading &&
      evaluate(
        items.flatMap(({ row }) => (row ? [row] : [])),
        reading,
        classes,
      ),
    [classes, items, reading],
  )
  return (
    <section aria-labelledby="evaluation" className="mt-12">
      <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
        <h2 id="evaluation" className="font-semibold text-lg tracking-tight">
          {t('title')}
        </h2>
        <p translate="no" className="figures min-w-0 truncate text-ink-2 text-sm">
          {labels.name}
        </p>
        <Button variant="quiet" className="ml-auto" onClick={onRemove}>
          {t('remove')}
        </Button>
      </div>
      {failed && <p className="mt-3 text-bad text-sm">{t('noClasses')}</p>}
      {matched === 'no_columns' && (
        <p role="status" className="mt-3 max-w-[68ch] text-ink-2">
          {t('noColumns')}
        </p>
      )}
      {reading && <LabelColumns reading={reading} onPick={onPick} />}
      {classes && reading && evaluation && (
        <EvaluationReport
          evaluation={evaluation}
          classes={classes}
          reading={reading}
          topK={job.top_k}
          onShow={onShow}
        />
      )}
    </section>
  )
}

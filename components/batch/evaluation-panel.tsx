import type { ComponentProps } from 'react'
import { useTranslations } from 'use-intl'
import type { LabelChoices } from '@/lib/client/batch/labels'
import type { BatchSnapshot } from '@/lib/client/batch/snapshot'
import type { TableView } from '@/lib/client/batch/table-view'
import type { AnyEvaluation } from '@/lib/shared/metrics/set-evaluation'
import { Button } from '../ui/button'
import { EvaluationReport } from './evaluation-report'
import { LabelColumns } from './label-columns'
import { LabelProblems } from './label-problems'
import { SetReport } from './set-report'
import { UnclearLabels } from './unclear-labels'
import { UnreadableLabelsNotice } from './unreadable-labels-notice'
import { UnusableLabels } from './unusable-labels'
import type { Judged } from './use-judged'

interface EvaluationPanelProps {
  judged: Judged
  snapshot: BatchSnapshot
  /** Shows a selection of photos in the table. */
  onShow(view: Partial<TableView>): void
  onChoose(choices: LabelChoices): void
  onRemove(): void
  /** Brings the previous labels back. */
  onKeepPrevious(): void
  /** Closes the notice about a file that isn't a labels file. */
  onCloseUnreadable(): void
}

/** Evaluates the results against the visitor's labels, with the same metrics as `vision eval`. */
export function EvaluationPanel({
  judged,
  snapshot,
  onShow,
  onChoose,
  onRemove,
  onKeepPrevious,
  onCloseUnreadable,
}: EvaluationPanelProps) {
  const t = useTranslations('batch.judgement')
  const { labels, reading, trouble, classes, failed, evaluation } = judged
  const { phase, job, unreadableLabels, collecting } = snapshot
  // Until then, a name in the labels file may be that of a photo that is still to come.
  const complete = !collecting && (phase === 'done' || phase === 'cancelled' || phase === 'gone')
  return (
    <section aria-labelledby="evaluation" className="mt-12">
      <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
        <h2 id="evaluation" className="font-semibold text-lg tracking-tight">
          {t('title')}
        </h2>
        {labels && (
          <>
            <p translate={labels.folders ? undefined : 'no'} className="min-w-0 truncate text-ink-2 text-sm">
              {labels.folders ? t('folderNames') : labels.name}
            </p>
            <Button variant="quiet" className="ml-auto" onClick={onRemove}>
              {t('remove')}
            </Button>
          </>
        )}
      </div>
      {unreadableLabels && <UnreadableLabelsNotice labels={unreadableLabels} onClose={onCloseUnreadable} />}
      {failed && <p className="mt-3 text-bad text-sm">{t('noClasses')}</p>}
      {trouble && labels && (
        <UnusableLabels
          trouble={trouble}
          judged={judged}
          labels={labels}
          onChoose={onChoose}
          onKeepPrevious={snapshot.previousLabels && onKeepPrevious}
        />
      )}
      {!trouble && reading && !labels?.folders && (
        <LabelColumns reading={reading} onPick={(picks) => onChoose({ picks })} />
      )}
      {reading && labels && classes && trouble !== 'no_photos' && (
        <UnclearLabels
          reading={reading}
          several={judged.truth?.several === true}
          labels={labels}
          classes={classes}
          onChoose={onChoose}
        />
      )}
      {!trouble && reading && evaluation && (
        <LabelProblems reading={reading} evaluation={evaluation} complete={complete} />
      )}
      {!trouble && classes && evaluation && (
        <Report
          evaluation={evaluation}
          classes={classes}
          items={judged.items}
          topK={job?.top_k ?? 0}
          uncertainBelow={judged.uncertainBelow}
          onUncertainBelow={(uncertainBelow) => onChoose({ uncertainBelow })}
          onShow={onShow}
        />
      )}
    </section>
  )
}

type ReportProps = Omit<ComponentProps<typeof EvaluationReport>, 'evaluation'> & { evaluation: AnyEvaluation }

/** The figures, of one label for each photo or of several. */
function Report({ evaluation, ...props }: ReportProps) {
  if ('exact' in evaluation) return <SetReport evaluation={evaluation} classes={props.classes} onShow={props.onShow} />
  return <EvaluationReport evaluation={evaluation} {...props} />
}

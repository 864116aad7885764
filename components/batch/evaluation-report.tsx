import { useTranslations } from 'use-intl'
import type { TableView } from '@/lib/client/batch/table-view'
import type { Label } from '@/lib/shared/contract/contract'
import type { MatchedLabels } from '@/lib/shared/labels-file/match-labels'
import { firstNames } from '@/lib/shared/labels-file/summary'
import { type Evaluation, hasTop5 } from '@/lib/shared/metrics/evaluation'
import { ReliabilityChart } from '../charts/reliability-chart'
import { useFormat } from '../ui/use-format'
import { ClassTable } from './class-table'
import { ConfusionTable } from './confusion-table'
import { LabelProblems } from './label-problems'

interface EvaluationReportProps {
  reading: MatchedLabels
  evaluation: Evaluation
  classes: readonly Label[]
  topK: number
  /** Shows a selection of photos in the table. */
  onShow(subset: NonNullable<TableView['subset']>): void
}

/** Accuracy, confusion matrix, reliability and metrics per class. */
export function EvaluationReport({ evaluation, classes, reading, topK, onShow }: EvaluationReportProps) {
  const t = useTranslations('batch.judgement')
  const { photos, reliability } = evaluation
  const format = useFormat()
  const name = (index: number) => classes[index]?.label ?? t('noLabel')
  const exampleNames = (all: readonly string[]) => {
    const { names, more } = firstNames(all)
    return more > 0 ? t('andMore', { names, count: format.integer(more) }) : names
  }
  const showPhotos = (title: string, matches: (photo: Evaluation['photos'][number]) => boolean) =>
    onShow({ name: title, files: new Set(photos.filter(matches).map(({ file }) => file)) })
  if (photos.length === 0) {
    return (
      <>
        <p className="mt-3 text-ink-2">{t('none')}</p>
        {reading.labels.size === 0 && reading.unused.length > 0 && (
          <p className="mt-1 break-words text-ink-2">{t('nothingMatched', { names: exampleNames(reading.unused) })}</p>
        )}
        <LabelProblems reading={reading} evaluation={evaluation} />
      </>
    )
  }
  return (
    <>
      <Metrics
        evaluation={evaluation}
        showsTop5={topK >= 5 && hasTop5(classes.length)}
        onWrong={() => showPhotos(t('wrong'), (photo) => photo.truth !== photo.predicted)}
      />
      <LabelProblems reading={reading} evaluation={evaluation} />
      <div className="mt-6 grid grid-cols-[minmax(0,1fr)] items-start gap-6 lg:grid-cols-[minmax(0,1fr)_360px]">
        <ConfusionTable
          counts={evaluation.confusions}
          name={name}
          onCell={(truth, predicted) =>
            showPhotos(
              t('cell', { truth: name(truth), predicted: name(predicted) }),
              (photo) => photo.truth === truth && photo.predicted === predicted,
            )
          }
        />
        <ReliabilityChart bins={reliability} />
      </div>
      <ClassTable classes={evaluation.classes} name={name} />
    </>
  )
}

function Metrics({ evaluation, showsTop5, onWrong }: { evaluation: Evaluation; showsTop5: boolean; onWrong(): void }) {
  const t = useTranslations('batch.judgement')
  const percent = useTranslations('answer')
  const format = useFormat()
  const {
    photos,
    top1,
    top5,
    ece,
    top1_interval: [low, high],
  } = evaluation
  const wrong = photos.filter(({ truth, predicted }) => truth !== predicted).length
  return (
    <dl className="mt-4 grid grid-cols-2 gap-x-6 gap-y-5 sm:grid-cols-4">
      <Metric
        label={t('top1')}
        value={percent('percent', { value: format.percent(top1) })}
        note={t('interval', { low: format.percent(low), high: format.percent(high) })}
      />
      {/* Top-5 accuracy needs at least five labels per photo. */}
      {showsTop5 && <Metric label={t('top5')} value={percent('percent', { value: format.percent(top5) })} />}
      <Metric label={t('ece')} value={percent('percent', { value: format.percent(ece) })} note={t('eceNote')} />
      <div>
        <dt className="text-ink-2 text-sm">{t('photos')}</dt>
        <dd className="figures mt-1 text-xl">{format.integer(photos.length)}</dd>
        {wrong > 0 && (
          <dd className="mt-1">
            <button
              type="button"
              onClick={onWrong}
              className="rounded-[4px] text-accent text-sm underline-offset-4 hover:underline"
            >
              {t('showWrong', { count: wrong })}
            </button>
          </dd>
        )}
      </div>
    </dl>
  )
}

function Metric({ label, value, note }: { label: string; value: string; note?: string }) {
  return (
    <div>
      <dt className="text-ink-2 text-sm">{label}</dt>
      <dd className="figures mt-1 text-xl">{value}</dd>
      {note && <dd className="mt-1 text-ink-3 text-xs">{note}</dd>}
    </div>
  )
}

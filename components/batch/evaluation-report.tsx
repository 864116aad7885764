import { useMemo } from 'react'
import { useTranslations } from 'use-intl'
import type { BatchItem } from '@/lib/client/batch/items'
import { ownWords } from '@/lib/client/batch/own-word'
import type { TableView } from '@/lib/client/batch/table-view'
import type { Label } from '@/lib/shared/contract/contract'
import { type Evaluation, hasTop5 } from '@/lib/shared/metrics/evaluation'
import { ReliabilityChart } from '../charts/reliability-chart'
import { Disclosure } from '../ui/disclosure'
import { useFormat } from '../ui/use-format'
import { ClassTable } from './class-table'
import { ConfusionTable } from './confusion-table'
import { CoveragePanel } from './coverage-panel'
import { Metric } from './metric'
import { Mistakes } from './mistakes'

interface EvaluationReportProps {
  evaluation: Evaluation
  classes: readonly Label[]
  items: readonly BatchItem[]
  topK: number
  /** Results with a lower score are uncertain; null for the model's own limits. */
  uncertainBelow: number | null
  onUncertainBelow(limit: number | null): void
  /** Shows a selection of photos in the table. */
  onShow(view: Partial<TableView>): void
}

/** Accuracy, mistakes, accuracy by confidence, and metrics per class. */
export function EvaluationReport({ evaluation, classes, items, topK, onShow, ...limit }: EvaluationReportProps) {
  const t = useTranslations('batch.judgement')
  const { photos, reliability, confusions } = evaluation
  const name = (index: number) => classes[index]?.label ?? t('noLabel')
  const words = useMemo(() => ownWords(items), [items])
  const truthName = (index: number) => words.get(name(index)) ?? name(index)
  const showMistake = (truth: number, predicted: number) =>
    onShow({
      subset: {
        name: t('cell', { truth: truthName(truth), predicted: name(predicted) }),
        files: new Set(
          photos.filter((photo) => photo.truth === truth && photo.predicted === predicted).map(({ file }) => file),
        ),
      },
    })
  if (photos.length === 0) return <p className="mt-3 text-ink-2">{t('none')}</p>
  return (
    <>
      <Metrics evaluation={evaluation} showsTop5={topK >= 5 && hasTop5(classes.length)} />
      <div className="mt-6 grid grid-cols-[minmax(0,1fr)] items-start gap-6 lg:grid-cols-2">
        <Mistakes counts={confusions} name={name} truthName={truthName} onSelect={showMistake} />
        <CoveragePanel photos={photos} {...limit} />
      </div>
      <Disclosure className="mt-4" label={t('confusion')}>
        <ConfusionTable counts={confusions} name={name} truthName={truthName} onCell={showMistake} />
      </Disclosure>
      <div className="mt-4 grid grid-cols-[minmax(0,1fr)] items-start gap-6 lg:grid-cols-[minmax(0,1fr)_22.5rem]">
        <ClassTable classes={evaluation.classes} name={name} />
        <ReliabilityChart bins={reliability} />
      </div>
    </>
  )
}

function Metrics({ evaluation, showsTop5 }: { evaluation: Evaluation; showsTop5: boolean }) {
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
      <Metric label={t('photos')} value={format.integer(photos.length)} />
    </dl>
  )
}

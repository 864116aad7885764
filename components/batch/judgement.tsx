import { useEffect, useMemo, useState } from 'react'
import { useTranslations } from 'use-intl'
import { modelClasses } from '@/lib/client/batch/api'
import type { BatchItem } from '@/lib/client/batch/items'
import type { Labels } from '@/lib/client/batch/labels'
import type { TableView } from '@/lib/client/batch/view'
import type { Label } from '@/lib/shared/contract/contract'
import type { Job } from '@/lib/shared/contract/jobs'
import { firstNames } from '@/lib/shared/labels-file/sentence'
import type { LabelsReading, Picks } from '@/lib/shared/labels-file/understand'
import { type Evaluation, evaluate, tellsTop5 } from '@/lib/shared/metrics/evaluation'
import { ReliabilityChart } from '../charts/reliability-chart'
import { Button } from '../ui/button'
import { useFormat } from '../ui/use-format'
import { ClassTable } from './class-table'
import { ConfusionTable } from './confusion-table'
import { LabelProblems } from './label-problems'
import { LabelsUnderstood } from './labels-understood'
import { useReading } from './use-reading'

interface JudgementProps {
  labels: Labels
  job: Job
  items: readonly BatchItem[]
  /** Shows some photos in the table. */
  onShow(only: NonNullable<TableView['only']>): void
  onPick(picks: Picks): void
  onRemove(): void
}

/** How good the answers are, by labels that the visitor gave: the arithmetic of `vision eval`. */
export function Judgement({ labels, job, items, onShow, onPick, onRemove }: JudgementProps) {
  const t = useTranslations('batch.judgement')
  const { classes, failed } = useClasses(job.model.id)
  const reading = useReading(labels, items, classes)
  const table = reading === 'no_columns' ? null : reading
  const evaluation = useMemo(
    () =>
      classes &&
      table &&
      evaluate(
        items.flatMap(({ row }) => (row ? [row] : [])),
        table,
        classes,
      ),
    [classes, items, table],
  )
  return (
    <section aria-labelledby="judgement" className="mt-12">
      <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
        <h2 id="judgement" className="font-semibold text-lg tracking-tight">
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
      {reading === 'no_columns' && (
        <p role="status" className="mt-3 max-w-[68ch] text-ink-2">
          {t('noColumns')}
        </p>
      )}
      {table && <LabelsUnderstood reading={table} onPick={onPick} />}
      {classes && table && evaluation && (
        <Judged evaluation={evaluation} classes={classes} reading={table} topK={job.top_k} onShow={onShow} />
      )}
    </section>
  )
}

interface JudgedProps extends Pick<JudgementProps, 'onShow'> {
  reading: LabelsReading
  evaluation: Evaluation
  classes: readonly Label[]
  topK: number
}

function Judged({ evaluation, classes, reading, topK, onShow }: JudgedProps) {
  const t = useTranslations('batch.judgement')
  const { photos, reliability } = evaluation
  const format = useFormat()
  const name = (index: number) => classes[index]?.label ?? t('noLabel')
  const some = (all: readonly string[]) => {
    const { names, more } = firstNames(all)
    return more > 0 ? t('andMore', { names, count: format.integer(more) }) : names
  }
  const showPhotos = (title: string, holds: (photo: Evaluation['photos'][number]) => boolean) =>
    onShow({ name: title, files: new Set(photos.filter(holds).map(({ file }) => file)) })
  if (photos.length === 0) {
    return (
      <>
        <p className="mt-3 text-ink-2">{t('none')}</p>
        {reading.labels.size === 0 && reading.unused.length > 0 && (
          <p className="mt-1 break-words text-ink-2">{t('nothingMatched', { names: some(reading.unused) })}</p>
        )}
        <LabelProblems reading={reading} evaluation={evaluation} />
      </>
    )
  }
  return (
    <>
      <Figures
        evaluation={evaluation}
        showsTop5={topK >= 5 && tellsTop5(classes.length)}
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

function Figures({ evaluation, showsTop5, onWrong }: { evaluation: Evaluation; showsTop5: boolean; onWrong(): void }) {
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
      <Figure
        name={t('top1')}
        value={percent('percent', { value: format.percent(top1) })}
        note={t('interval', { low: format.percent(low), high: format.percent(high) })}
      />
      {/* With fewer labels asked for, nobody knows the fifth. */}
      {showsTop5 && <Figure name={t('top5')} value={percent('percent', { value: format.percent(top5) })} />}
      <Figure name={t('ece')} value={percent('percent', { value: format.percent(ece) })} note={t('eceNote')} />
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

function Figure({ name, value, note }: { name: string; value: string; note?: string }) {
  return (
    <div>
      <dt className="text-ink-2 text-sm">{name}</dt>
      <dd className="figures mt-1 text-xl">{value}</dd>
      {note && <dd className="mt-1 text-ink-3 text-xs">{note}</dd>}
    </div>
  )
}

/** The classes of a model; `failed` where they did not come. */
function useClasses(model: string): { classes: readonly Label[] | null; failed: boolean } {
  const [loaded, setLoaded] = useState<{ model: string; classes: readonly Label[] | null } | null>(null)
  useEffect(() => {
    let here = true
    modelClasses(model).then(
      (classes) => here && setLoaded({ model, classes }),
      () => here && setLoaded({ model, classes: null }),
    )
    return () => {
      here = false
    }
  }, [model])
  const current = loaded?.model === model ? loaded : null
  return { classes: current?.classes ?? null, failed: current !== null && current.classes === null }
}

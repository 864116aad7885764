import { useTranslations } from 'use-intl'
import type { TableView } from '@/lib/client/batch/table-view'
import type { Label } from '@/lib/shared/contract/contract'
import type { LabelMistake, SetEvaluation } from '@/lib/shared/metrics/set-evaluation'
import { useFormat } from '../ui/use-format'
import { ClassTable } from './class-table'
import { LabelMistakes } from './label-mistakes'
import { Metric } from './metric'

interface SetReportProps {
  evaluation: SetEvaluation
  classes: readonly Label[]
  /** Shows a selection of photos in the table. */
  onShow(view: Partial<TableView>): void
}

/** How well a multi-label model finds the labels of the photos: F1, mistakes by label, and metrics per label. */
export function SetReport({ evaluation, classes, onShow }: SetReportProps) {
  const t = useTranslations('batch.judgement')
  const { photos, map } = evaluation
  const name = (index: number) => classes[index]?.label ?? t('noLabel')
  const showMistake = ({ index, kind, files }: LabelMistake) =>
    onShow({ subset: { name: t('setMistake', { label: name(index), mistake: t(kind) }), files: new Set(files) } })
  if (photos.length === 0) return <p className="mt-3 text-ink-2">{t('none')}</p>
  return (
    <>
      <Metrics evaluation={evaluation} />
      {map === null && <p className="mt-4 max-w-[80ch] text-pretty text-ink-3 text-sm">{t('noMap')}</p>}
      <div className="mt-6 grid grid-cols-[minmax(0,1fr)] items-start gap-6 lg:grid-cols-[minmax(0,1fr)_22.5rem]">
        <ClassTable classes={evaluation.classes} name={name} />
        <LabelMistakes photos={photos} name={name} onSelect={showMistake} />
      </div>
    </>
  )
}

function Metrics({ evaluation }: Pick<SetReportProps, 'evaluation'>) {
  const t = useTranslations('batch.judgement')
  const percent = useTranslations('answer')
  const format = useFormat()
  const {
    photos,
    micro_f1,
    macro_f1,
    map,
    exact,
    exact_interval: [low, high],
  } = evaluation
  const share = (value: number) => percent('percent', { value: format.percent(value) })
  return (
    <dl className="mt-4 grid grid-cols-2 gap-x-6 gap-y-5 sm:grid-cols-3 lg:grid-cols-5">
      <Metric
        label={t('exact')}
        value={share(exact)}
        note={t('interval', { low: format.percent(low), high: format.percent(high) })}
      />
      <Metric label={t('microF1')} value={share(micro_f1)} note={t('microF1Note')} />
      <Metric label={t('macroF1')} value={share(macro_f1)} note={t('macroF1Note')} />
      {map !== null && <Metric label={t('map')} value={share(map)} note={t('mapNote')} />}
      <Metric label={t('photos')} value={format.integer(photos.length)} />
    </dl>
  )
}

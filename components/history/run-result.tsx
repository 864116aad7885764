import { useTranslations } from 'use-intl'
import type { Run } from '@/lib/client/history/history'
import type { Classification } from '@/lib/shared/contract/contract'
import { formatName } from '@/lib/shared/i18n/format'
import { agreementGroups } from '@/lib/shared/results/agreement'
import { ScoreBars } from '../classify/score-bars'
import { TopPrediction } from '../classify/top-prediction'
import { useModelName } from '../classify/use-model-name'
import { Segmented } from '../ui/segmented'
import { useFormat } from '../ui/use-format'
import { resultsByModel } from './results-by-model'

interface RunResultProps {
  run: Run
  /** The model's result that is shown. */
  result: Classification
  onResult(result: Classification): void
}

/** All labels of a run by one of its models, with the model, the time, and the photo's size. */
export function RunResult({ run, result, onResult }: RunResultProps) {
  const t = useTranslations('history')
  const answer = useTranslations('answer')
  const compare = useTranslations('compare')
  const format = useFormat()
  const name = useModelName()
  const byModel = resultsByModel(run.results)
  const groups = agreementGroups(byModel)
  const { model, image, predictions } = result
  return (
    <>
      {byModel.length > 1 && (
        <div className="mb-5">
          <p className={`mb-2 font-semibold text-sm ${groups.length > 1 ? 'text-warn' : 'text-accent'}`}>
            {groups.length > 1
              ? compare('disagree', { count: groups.length })
              : compare('agree', { count: byModel.length })}
          </p>
          <Segmented
            label={answer('model')}
            options={byModel.map((each) => ({ value: each.result.model.id, label: name(each.model) }))}
            value={model.id}
            onChange={(id) => onResult(run.results.find((each) => each.model.id === id) ?? result)}
          />
        </div>
      )}
      {predictions.length === 0 && <p className="font-semibold text-xl">{answer('noLabel')}</p>}
      <TopPrediction result={result} />
      <ScoreBars key={model.id} predictions={predictions} labelCount={predictions.length} minScore={0} />
      <p className="mt-4 text-ink-2 text-sm">
        {t('by', { count: 1, models: model.type === null ? model.id : `${name(model.type)} (${model.id})` })}
        <br />
        {format.day(run.time)} · {image.width} × {image.height} · {formatName(image.format)}
      </p>
    </>
  )
}

import { useState } from 'react'
import { useTranslations } from 'use-intl'
import type { Classification } from '@/lib/shared/contract/contract'
import { shownOf } from '@/lib/shared/results/selected'
import { Button } from '../../ui/button'
import { Toggle } from '../../ui/toggle'
import { LabelField } from './label-field'
import type { Vote } from './use-vote'

/** Labels that are offered besides those that apply. */
const OFFERED = 8

interface Choice {
  index: number
  label: string
  applies: boolean
}

/** Asks which labels do apply: those of the result are chosen at first, others can be added. */
export function SeveralCorrection({ result, state }: { result: Classification; state: Vote }) {
  const t = useTranslations('feedback')
  const [choices, setChoices] = useState<readonly Choice[]>(() =>
    shownOf(result.predictions, OFFERED).map(({ index, label, selected = false }) => ({
      index,
      label,
      applies: selected,
    })),
  )
  function toggle(changed: Choice): void {
    setChoices(choices.map((each) => (each === changed ? { ...each, applies: !each.applies } : each)))
  }
  function submit(): void {
    const correctLabels = choices.filter(({ applies }) => applies).map(({ index, label }) => ({ index, label }))
    state.submit('wrong', { correctLabels })
  }
  return (
    <>
      <fieldset>
        <legend className="text-ink-2 text-sm">{t('which')}</legend>
        <div className="mt-2 flex flex-wrap gap-2" lang="en">
          {choices.map((choice) => (
            <Toggle key={choice.index} pressed={choice.applies} onToggle={() => toggle(choice)}>
              {choice.label}
            </Toggle>
          ))}
        </div>
      </fieldset>
      <div className="mt-3">
        <LabelField
          key={choices.length}
          model={result.model.id}
          prompt={t('addLabel')}
          exclude={choices.map(({ index }) => index)}
          onChoose={(label) => label && setChoices([...choices, { ...label, applies: true }])}
        />
      </div>
      <div className="mt-2 flex flex-wrap gap-2">
        <Button variant="primary" disabled={state.sending} onClick={submit}>
          {t('send')}
        </Button>
        <Button disabled={state.sending} onClick={() => state.submit('wrong')}>
          {t('dontKnow')}
        </Button>
        <Button variant="quiet" onClick={state.back}>
          {t('back')}
        </Button>
      </div>
    </>
  )
}

'use client'

import { useTranslations } from 'use-intl'
import { LARGE_BYTES } from '@/lib/client/photos/prepare-photo'
import { saveReduce } from '@/lib/client/photos/tab-session'
import { Switch } from '../ui/switch'
import { useFormat } from '../ui/use-format'
import { PlaceChoice } from './place-choice'
import { ResultOptions, type ResultOptionsProps } from './result-options'
import { useModelsElsewhere } from './use-models-elsewhere'

interface OptionsProps extends Omit<ResultOptionsProps, 'children' | 'elsewhere' | 'place'> {
  /** Whether large photos are resized before the upload. */
  reduce: boolean
  /** Whether photos are classified in this browser. */
  here: boolean
  /** Whether the visitor may choose that. */
  choice: boolean
}

/** Options for the result and for the upload. */
export function Options({ reduce, here, choice, ...options }: OptionsProps) {
  const t = useTranslations('prepare')
  const format = useFormat()
  const elsewhere = useModelsElsewhere({ models: options.models, here, choice: null })
  return (
    <ResultOptions
      {...options}
      elsewhere={elsewhere}
      place={choice && <PlaceChoice here={here} elsewhere={elsewhere.size > 0} />}
    >
      {!here && (
        <div className="max-w-[26.25rem]">
          <Switch
            label={t('setting')}
            hint={t('settingHint', { size: format.bytes(LARGE_BYTES) })}
            checked={reduce}
            onChange={saveReduce}
          />
        </div>
      )}
    </ResultOptions>
  )
}

'use client'

import { useTranslations } from 'use-intl'
import { LARGE_BYTES } from '@/lib/client/photos/prepare-photo'
import { saveReduce } from '@/lib/client/photos/tab-session'
import { Switch } from '../ui/switch'
import { useFormat } from '../ui/use-format'
import { ResultOptions, type ResultOptionsProps } from './result-options'

interface OptionsProps extends Omit<ResultOptionsProps, 'children'> {
  /** Whether large photos are made smaller before the upload. */
  reduce: boolean
}

/** What is asked for, and what is sent. */
export function Options({ reduce, ...options }: OptionsProps) {
  const t = useTranslations('prepare')
  const format = useFormat()
  return (
    <ResultOptions {...options}>
      <Switch
        label={t('setting')}
        hint={t('settingHint', { size: format.bytes(LARGE_BYTES) })}
        checked={reduce}
        onChange={saveReduce}
      />
    </ResultOptions>
  )
}

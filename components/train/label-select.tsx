import { useId } from 'react'
import { useTranslations } from 'use-intl'
import type { TrainingLabel } from '@/lib/client/training/types'

interface LabelSelectProps {
  /** What happens with the chosen label. */
  name: string
  labels: readonly TrainingLabel[]
  disabled?: boolean
  /** @param label ID of the label */
  onChoose(label: number): void
}

/** Does something with a label as soon as it is chosen. Nothing stays chosen. */
export function LabelSelect({ name, labels, disabled = false, onChoose }: LabelSelectProps) {
  const t = useTranslations('train')
  const id = useId()
  return (
    <>
      <label htmlFor={id} className="text-ink-2 text-sm">
        {name}
      </label>
      <select
        id={id}
        disabled={disabled}
        value=""
        translate="no"
        onChange={({ target }) => onChoose(Number(target.value))}
        className="h-10 min-w-32 max-w-full rounded-card border border-line-2 bg-card px-3 text-sm disabled:opacity-50"
      >
        <option value="" disabled>
          {t('chooseLabel')}
        </option>
        {labels.map((label) => (
          <option key={label.id} value={label.id}>
            {label.name}
          </option>
        ))}
      </select>
    </>
  )
}

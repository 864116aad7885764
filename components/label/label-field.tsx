import { Combobox } from '@base-ui/react/combobox'
import { type RefObject, useId, useState } from 'react'
import { useTranslations } from 'use-intl'
import type { TrainingLabel } from '@/lib/client/training/types'
import { labelKey, nameFault } from '@/lib/shared/training/label-names'

/** More suggestions would push what is below off the screen. */
const MAX_SUGGESTIONS = 5

interface Choice {
  name: string
  isNew: boolean
}

interface LabelFieldProps {
  ref: RefObject<HTMLInputElement | null>
  labels: readonly TrainingLabel[]
  onChoose(name: string): void
  /** The visitor doesn't want to type anymore. */
  onLeave(): void
}

/** Any label by typing: one that exists, or a new one. Enter takes the first. */
export function LabelField({ ref, labels, onChoose, onLeave }: LabelFieldProps) {
  const t = useTranslations('label')
  const id = useId()
  const [query, setQuery] = useState('')
  const choices = choicesOf(query, labels)
  const invalid = query.trim() !== '' && choices.length === 0
  function choose(choice: Choice | null): void {
    if (choice === null) return
    setQuery('')
    onChoose(choice.name)
    onLeave()
  }
  return (
    <Combobox.Root<Choice>
      inline
      open
      value={null}
      inputValue={query}
      items={choices}
      filteredItems={choices}
      itemToStringLabel={({ name }) => name}
      isItemEqualToValue={(a, b) => a.name === b.name}
      autoHighlight
      onInputValueChange={(value, { reason }) => reason !== 'item-press' && setQuery(value)}
      onValueChange={choose}
    >
      <label htmlFor={id} className="block text-ink-2 text-sm">
        {t('other')}
      </label>
      <Combobox.Input
        ref={ref}
        id={id}
        placeholder={t('otherHint')}
        autoComplete="off"
        aria-invalid={invalid}
        onKeyDown={(event) => {
          if (event.key !== 'Escape') return
          setQuery('')
          onLeave()
        }}
        className="mt-1 h-11 w-full rounded-card border border-line-2 bg-card px-3 text-sm placeholder:text-ink-3"
      />
      <p role="status" className="mt-1.5 text-bad text-sm empty:hidden">
        {invalid && t('invalid')}
      </p>
      <Combobox.List translate="no" className="mt-1 empty:hidden" aria-label={t('other')}>
        {(choice: Choice) => (
          <Combobox.Item
            key={choice.name}
            value={choice}
            className="flex min-h-10 cursor-pointer items-center rounded-[7px] px-3 py-1.5 text-sm data-highlighted:bg-sunk"
          >
            <span className="truncate">{choice.isNew ? t('create', { label: choice.name }) : choice.name}</span>
          </Combobox.Item>
        )}
      </Combobox.List>
    </Combobox.Root>
  )
}

/** Labels that contain what is typed, those that begin with it first, and last the new one. */
function choicesOf(query: string, labels: readonly TrainingLabel[]): Choice[] {
  const key = labelKey(query)
  if (key === '') return []
  const found = labels
    .map(({ name }) => ({ name, at: labelKey(name).indexOf(key), isSame: labelKey(name) === key }))
    .filter(({ at }) => at >= 0)
    .sort((a, b) => Number(b.isSame) - Number(a.isSame) || Math.min(a.at, 1) - Math.min(b.at, 1))
  const choices = found.slice(0, MAX_SUGGESTIONS).map(({ name }) => ({ name, isNew: false }))
  const name = query.trim()
  const isNew = !found.some(({ isSame }) => isSame) && nameFault(name) === null
  return isNew ? [...choices, { name, isNew }] : choices
}

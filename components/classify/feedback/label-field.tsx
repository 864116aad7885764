'use client'

import { Combobox } from '@base-ui/react/combobox'
import { useId, useState } from 'react'
import { useTranslations } from 'use-intl'
import type { Label } from '@/lib/shared/contract/contract'
import { searchLabels } from '@/lib/shared/search/label-search'
import { LabelOption } from '../../ui/label-option'
import { useLabels } from '../../ui/use-labels'

/** More suggestions would push the content below off the screen. */
const MAX_SUGGESTIONS = 6

interface LabelFieldProps {
  /** The id of the model whose labels to search. */
  model: string
  /** Indices of labels that are not suggested. */
  exclude: readonly number[]
  /** What is asked. */
  prompt: string
  onChoose(label: Label | null): void
}

/** Searches the labels of a model by name, synonym or WordNet ID. */
export function LabelField({ model, exclude, prompt, onChoose }: LabelFieldProps) {
  const t = useTranslations('feedback')
  const labels = useLabels(model)
  const id = useId()
  const [query, setQuery] = useState('')
  const matches = searchLabels(labels ?? [], query).filter(({ index }) => !exclude.includes(index))
  return (
    <Combobox.Root<Label>
      inline
      open
      items={labels ?? []}
      filteredItems={query === '' ? [] : matches.slice(0, MAX_SUGGESTIONS)}
      itemToStringLabel={({ label }) => label}
      isItemEqualToValue={(a, b) => a.index === b.index}
      autoHighlight
      onInputValueChange={setQuery}
      onValueChange={onChoose}
    >
      <label htmlFor={id} className="block text-ink-2 text-sm">
        {prompt}
      </label>
      <Combobox.Input
        id={id}
        autoFocus
        placeholder={t('searchHint')}
        className="mt-1 h-10 w-full max-w-[26.25rem] rounded-card border border-line-2 bg-card px-3 text-sm placeholder:text-ink-3"
      />
      <p role="status" className="mt-1.5 text-ink-2 text-sm empty:hidden">
        {labels === undefined ? t('loading') : query !== '' && matches.length === 0 ? t('none') : ''}
      </p>
      <Combobox.List lang="en" className="mt-1 max-w-[26.25rem]" aria-label={prompt}>
        {(label: Label) => <LabelOption key={label.index} label={label} />}
      </Combobox.List>
    </Combobox.Root>
  )
}

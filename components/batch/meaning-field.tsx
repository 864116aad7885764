import { Combobox } from '@base-ui/react/combobox'
import { X } from 'lucide-react'
import { useMemo, useState } from 'react'
import { useTranslations } from 'use-intl'
import type { Label } from '@/lib/shared/contract/contract'
import { searchLabels } from '@/lib/shared/search/label-search'
import { LabelOption } from '../ui/label-option'

interface MeaningFieldProps {
  word: string
  classes: readonly Label[]
  /** Labels to start with. */
  candidates: readonly string[]
  /** The chosen label, or empty. */
  meaning: string
  onChoose(label: string): void
}

/** More would be a list to scroll, not a choice. */
const MAX_SHOWN = 8

/** Searches all labels of the model, also by synonyms and by what they are a kind of, for what a word means. */
export function MeaningField({ word, classes, candidates, meaning, onChoose }: MeaningFieldProps) {
  const t = useTranslations('batch.judgement')
  const [query, setQuery] = useState(meaning)
  const found = useMemo(() => {
    const isUnchanged = query === '' || query === meaning
    return isUnchanged
      ? classes.filter(({ label }) => candidates.includes(label))
      : searchLabels(classes, query).slice(0, MAX_SHOWN)
  }, [classes, candidates, query, meaning])
  const chosen = classes.find(({ label }) => label === meaning) ?? null
  return (
    <Combobox.Root<Label>
      items={classes}
      filteredItems={found}
      value={chosen}
      inputValue={query}
      itemToStringLabel={({ label }) => label}
      isItemEqualToValue={(a, b) => a.index === b.index}
      autoHighlight
      onInputValueChange={setQuery}
      onValueChange={(label) => onChoose(label?.label ?? '')}
    >
      <div className="relative w-52 max-w-full">
        <Combobox.Input
          lang="en"
          aria-label={t('meaning', { word })}
          placeholder={t('searchMeaning')}
          className="h-10 w-full rounded-card border border-line-2 bg-card pr-9 pl-3 placeholder:text-ink-2"
        />
        {chosen && (
          <Combobox.Clear
            aria-label={t('clearMeaning', { word })}
            className="absolute inset-y-1 right-1 grid w-8 place-items-center rounded-[6px] text-ink-2 hover:bg-sunk hover:text-ink"
          >
            <X aria-hidden className="size-4" />
          </Combobox.Clear>
        )}
      </div>
      <Combobox.Portal>
        <Combobox.Positioner sideOffset={4} align="end" collisionPadding={12} className="z-20">
          <Combobox.Popup className="w-[min(320px,calc(100vw-24px))] rounded-card border border-line bg-card p-1 shadow-card">
            <Combobox.Empty className="px-3 py-2 text-ink-2 text-sm empty:hidden">
              {query === '' || query === meaning ? t('typeMeaning') : t('noMeaningFound')}
            </Combobox.Empty>
            <Combobox.List lang="en">{(label: Label) => <LabelOption key={label.index} label={label} />}</Combobox.List>
          </Combobox.Popup>
        </Combobox.Positioner>
      </Combobox.Portal>
    </Combobox.Root>
  )
}

'use client'

import { Search } from 'lucide-react'
import { useId, useState } from 'react'
import { useTranslations } from 'use-intl'
import { searchLabels } from '@/lib/shared/search/label-search'
import { useLabels } from '../ui/use-labels'
import { usePersistentState } from '../ui/use-persistent-state'

const MAX_SHOWN = 24

interface LabelSearchProps {
  models: readonly { id: string; title: string }[]
}

/** Searches the labels of the models and their synonyms. */
export function LabelSearch({ models }: LabelSearchProps) {
  const t = useTranslations('models')
  const summary = useSummary()
  const [model, setModel] = useState(models[0]?.id ?? '')
  const [query, setQuery] = usePersistentState('labels query', '')
  const labels = useLabels(model)
  const [searchId, modelId] = [useId(), useId()]
  const found = labels === undefined ? [] : searchLabels(labels, query)
  return (
    <section aria-labelledby={`${searchId}-title`} className="mt-14">
      <h2 id={`${searchId}-title`} className="font-semibold text-lg">
        {t('searchTitle')}
      </h2>
      <p className="mt-1 max-w-[68ch] text-ink-2 text-sm">{t('searchLead')}</p>
      <div className="mt-4 flex flex-wrap gap-3">
        <div className="relative min-w-64 flex-1">
          <label htmlFor={searchId} className="sr-only">
            {t('searchLabel')}
          </label>
          <Search aria-hidden className="absolute top-3 left-3 size-4 text-ink-3" />
          <input
            id={searchId}
            type="search"
            value={query}
            onChange={(event) => setQuery(event.target.value)}
            placeholder={t('searchPlaceholder')}
            className="h-10 w-full rounded-card border border-line-2 bg-card pr-3 pl-9 text-sm placeholder:text-ink-3"
          />
        </div>
        {models.length > 1 && (
          <div>
            <label htmlFor={modelId} className="sr-only">
              {t('labelsOf')}
            </label>
            <select
              id={modelId}
              value={model}
              onChange={(event) => setModel(event.target.value)}
              className="h-10 max-w-full rounded-card border border-line-2 bg-card px-3 text-sm"
            >
              {models.map(({ id, title }) => (
                <option key={id} value={id}>
                  {title}
                </option>
              ))}
            </select>
          </div>
        )}
      </div>
      <p className="mt-3 text-ink-2 text-sm" aria-live="polite">
        {labels === undefined
          ? t('labelsLoading')
          : labels.length === 0
            ? t('labelsFailed')
            : summary(found.length, labels.length, query)}
      </p>
      <ul lang="en" className="mt-3 grid gap-x-8 md:grid-cols-2">
        {found.slice(0, MAX_SHOWN).map(({ index, label, others, note }) => (
          <li key={index} className="border-line border-t py-3">
            <p className="flex items-baseline gap-3">
              <span className="mr-auto font-medium">{label}</span>
              <span className="font-mono text-ink-3 text-xs">{index}</span>
            </p>
            <p className="text-ink-2 text-sm">{synonyms(label, others).join(', ')}</p>
            {note && <p className="mt-1 text-sm text-warn">{note}</p>}
          </li>
        ))}
      </ul>
    </section>
  )
}

function useSummary(): (found: number, all: number, query: string) => string {
  const t = useTranslations('models')
  return (found, all, query) => {
    if (query.trim() === '')
      return all > MAX_SHOWN ? t('labelsAll', { all, shown: MAX_SHOWN }) : t('labelsFew', { all })
    if (found === 0) return t('labelsNone', { query: query.trim() })
    return found > MAX_SHOWN ? t('labelsBest', { found, shown: MAX_SHOWN }) : t('labelsFound', { found })
  }
}

/** Synonyms that differ from the label; the WordNet ID last. */
function synonyms(label: string, others: readonly string[]): string[] {
  const isId = (name: string) => /^n\d{8}$/.test(name)
  return [...others.filter((name) => name !== label && !isId(name)), ...others.filter(isId)]
}

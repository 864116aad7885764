'use client'

import { Search } from 'lucide-react'
import { useId, useState } from 'react'
import { useTranslations } from 'use-intl'
import type { Label, ModelInfo } from '@/lib/shared/contract/contract'
import { searchLabels } from '@/lib/shared/search/label-search'
import { useModelName } from '../classify/use-model-name'
import { Button } from '../ui/button'
import { useLabels } from '../ui/use-labels'
import { usePersistentState } from '../ui/use-persistent-state'
import { LabelRow } from './label-row'
import { useGroups } from './use-groups'

/** How many labels to show at first, and how many more with each press of the button. */
const STEP = 24
const FIELD = 'h-10 max-w-full rounded-card border border-line-2 bg-card px-3 text-sm'

/** Browses the labels of the models by group, and searches them and their synonyms. */
export function LabelSearch({ models }: { models: readonly ModelInfo[] }) {
  const t = useTranslations('models')
  const name = useModelName()
  const [model, setModel] = useState((models.find((each) => each.default) ?? models[0])?.id ?? '')
  const [query, setQuery] = usePersistentState('labels query', '')
  const [group, setGroup] = usePersistentState('labels group', '')
  const [limit, setLimit] = useState(STEP)
  const labels = useLabels(model)
  const groups = useGroups(labels)
  const [searchId, modelId, groupId] = [useId(), useId(), useId()]
  const chosen = groups.some(({ value }) => value === group) ? group : ''
  const found = searchLabels(labels ?? [], query).filter((label) => chosen === '' || label.group === chosen)
  /** Another question starts at the top of the list again. */
  function ask(change: () => void): void {
    change()
    setLimit(STEP)
  }
  return (
    <section aria-labelledby={`${searchId}-title`} className="mt-14">
      <h2 id={`${searchId}-title`} className="font-semibold text-lg">
        {t('searchTitle')}
      </h2>
      <p className="mt-1 max-w-[68ch] text-ink-2 text-sm">{t('searchLead')}</p>
      <div className="mt-4 flex flex-wrap gap-3">
        <div className="relative min-w-[min(100%,16rem)] flex-1">
          <label htmlFor={searchId} className="sr-only">
            {t('searchLabel')}
          </label>
          <Search aria-hidden className="absolute top-3 left-3 size-4 text-ink-3" />
          <input
            id={searchId}
            type="search"
            value={query}
            onChange={(event) => ask(() => setQuery(event.target.value))}
            placeholder={t('searchPlaceholder')}
            className="h-10 w-full rounded-card border border-line-2 bg-card pr-3 pl-9 text-sm placeholder:text-ink-3"
          />
        </div>
        {groups.length > 0 && (
          <div className="min-w-0 max-w-full">
            <label htmlFor={groupId} className="sr-only">
              {t('group')}
            </label>
            <select
              id={groupId}
              value={chosen}
              onChange={(event) => ask(() => setGroup(event.target.value))}
              className={FIELD}
            >
              <option value="">{t('allGroups')}</option>
              {groups.map(({ value, text }) => (
                <option key={value} value={value}>
                  {text}
                </option>
              ))}
            </select>
          </div>
        )}
        {models.length > 1 && (
          <div className="min-w-0 max-w-full">
            <label htmlFor={modelId} className="sr-only">
              {t('labelsOf')}
            </label>
            <select
              id={modelId}
              value={model}
              onChange={(event) => ask(() => setModel(event.target.value))}
              className={FIELD}
            >
              {models.map(({ id, type, title }) => (
                <option key={id} value={id} translate="no">
                  {type ? `${name(type)}: ${title}` : title}
                </option>
              ))}
            </select>
          </div>
        )}
      </div>
      <Summary labels={labels} found={found.length} query={query.trim()} filtered={chosen !== ''} />
      <ul lang="en" className="mt-3 grid gap-x-8 md:grid-cols-2">
        {found.slice(0, limit).map((label) => (
          <LabelRow key={label.index} label={label} />
        ))}
      </ul>
      {found.length > limit && (
        <Button className="mt-4" onClick={() => setLimit(limit + STEP)}>
          {t('labelsMore', { count: Math.min(STEP, found.length - limit) })}
        </Button>
      )}
    </section>
  )
}

interface SummaryProps {
  labels: readonly Label[] | undefined
  found: number
  query: string
  /** Whether only one group is shown. */
  filtered: boolean
}

function Summary({ labels, found, query, filtered }: SummaryProps) {
  const t = useTranslations('models')
  function text(): string {
    if (labels === undefined) return t('labelsLoading')
    if (labels.length === 0) return t('labelsFailed')
    if (found === 0) return t(filtered ? 'labelsNoneHere' : 'labelsNone', { query })
    return query === '' && !filtered ? t('labelsAll', { all: found }) : t('labelsFound', { found })
  }
  return (
    <p className="mt-3 text-ink-2 text-sm" aria-live="polite">
      {text()}
    </p>
  )
}

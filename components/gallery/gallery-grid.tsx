'use client'

import { useId } from 'react'
import { useTranslations } from 'use-intl'
import type { GalleryPicture } from '@/lib/shared/gallery/gallery'
import { labelMatches, textMatches } from '@/lib/shared/search/label-search'
import { Segmented } from '../ui/segmented'
import { usePersistentState } from '../ui/use-persistent-state'
import { GalleryCard } from './gallery-card'

const CERTAINTIES = ['all', 'sure', 'unsure'] as const

type Certainty = (typeof CERTAINTIES)[number]

interface GalleryGridProps {
  pictures: readonly GalleryPicture[]
  /** Whether a server has results for them. */
  results: boolean
}

/** The gallery, filtered by text, group and certainty. */
export function GalleryGrid({ pictures, results }: GalleryGridProps) {
  const t = useTranslations('gallery')
  const groupName = useGroupName()
  const [query, setQuery] = usePersistentState('gallery query', '')
  const [group, setGroup] = usePersistentState('gallery group', '')
  const [certainty, setCertainty] = usePersistentState<Certainty>('gallery sureness', 'all')
  const [searchId, groupId] = [useId(), useId()]
  const groups = [...new Set(pictures.map((picture) => picture.group))]
  const found = pictures.filter(
    (picture) =>
      matches(picture, query) &&
      (group === '' || picture.group === group) &&
      (!results || hasCertainty(picture, certainty)),
  )
  function reset(): void {
    setQuery('')
    setGroup('')
    setCertainty('all')
  }
  return (
    <>
      <div className="mt-6 flex flex-wrap items-center gap-x-6 gap-y-3">
        <div className="min-w-[min(100%,17rem)] flex-1 sm:max-w-72">
          <label htmlFor={searchId} className="sr-only">
            {t('search')}
          </label>
          <input
            id={searchId}
            type="search"
            value={query}
            onChange={(event) => setQuery(event.target.value)}
            placeholder={t('search')}
            className="h-10 w-full rounded-card border border-line-2 bg-card px-3 text-sm placeholder:text-ink-3"
          />
        </div>
        <div className="max-sm:w-full">
          <label htmlFor={groupId} className="sr-only">
            {t('group')}
          </label>
          <select
            id={groupId}
            value={group}
            onChange={(event) => setGroup(event.target.value)}
            className="h-10 w-full rounded-card border border-line-2 bg-card px-3 text-sm"
          >
            <option value="">{t('allGroups')}</option>
            {groups.map((name) => (
              <option key={name} value={name}>
                {groupName(name)}
              </option>
            ))}
          </select>
        </div>
        {results && (
          <Segmented<Certainty>
            label={t('confidence')}
            options={CERTAINTIES.map((value) => ({ value, label: t(value) }))}
            value={certainty}
            onChange={setCertainty}
          />
        )}
      </div>
      <p aria-live="polite" className="mt-4 text-ink-2 text-sm">
        {t('count', { found: found.length, all: pictures.length })}
      </p>
      {found.length === 0 ? (
        <p className="mt-6 rounded-card border border-line border-dashed px-5 py-10 text-center text-ink-2">
          {t('none')}{' '}
          <button
            type="button"
            onClick={reset}
            className="font-semibold text-accent underline-offset-4 hover:underline"
          >
            {t('showAll')}
          </button>
        </p>
      ) : (
        <ul className="mt-3 grid grid-cols-[repeat(auto-fill,minmax(min(100%,8rem),1fr))] gap-x-4 gap-y-7 sm:grid-cols-3 lg:grid-cols-4">
          {found.map((picture, index) => (
            <li key={picture.file}>
              <GalleryCard picture={picture} results={results} query={query} first={index < 2} />
            </li>
          ))}
        </ul>
      )}
    </>
  )
}

function matches({ shows, answer, file, labels }: GalleryPicture, query: string): boolean {
  if (labels.some((label) => labelMatches(label, query))) return true
  // A label that the default model doesn't have comes without words.
  return [shows, answer?.label, file].some((text) => text && textMatches(text, query))
}

function hasCertainty({ answer }: GalleryPicture, certainty: Certainty): boolean {
  return certainty === 'all' || (answer !== null && answer.uncertain === (certainty === 'unsure'))
}

/** Built-in groups have translations; other groups show the name from their file. */
function useGroupName(): (group: string) => string {
  const t = useTranslations('gallery.groups')
  return (group) => {
    const key = group === 'outside the labels' ? 'outside' : group
    return t.has(key as 'food') ? t(key as 'food') : group.charAt(0).toUpperCase() + group.slice(1)
  }
}

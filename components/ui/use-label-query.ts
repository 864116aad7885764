import { useEffect, useMemo, useState } from 'react'
import type { LabelWords } from '@/lib/shared/search/label-search'
import { labelMatches } from '@/lib/shared/search/label-search'
import { loadLabels } from './use-labels'

/**
 * Tells which labels a search means: by their names and by what they are a kind of, so that "polar bear" finds the ice
 * bear. The words of the models' labels are loaded with the first query; until then, and for models that are gone, only
 * the label itself counts.
 *
 * @param models ids of the models whose labels are searched
 */
export function useLabelQuery(models: readonly string[], query: string): (label: string) => boolean {
  const [words, setWords] = useState<ReadonlyMap<string, LabelWords>>(new Map())
  const wanted = query.trim() !== ''
  const ids = [...new Set(models)].sort().join('\n')
  useEffect(() => {
    if (!wanted || ids === '') return
    const controller = new AbortController()
    void Promise.all(ids.split('\n').map((id) => loadLabels(id, controller.signal))).then((lists) => {
      if (!controller.signal.aborted) setWords(new Map(lists.flat().map((each) => [each.label, each])))
    })
    return () => controller.abort()
  }, [ids, wanted])
  return useMemo(() => (label) => labelMatches(words.get(label) ?? { label, others: [] }, query), [words, query])
}

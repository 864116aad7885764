import { useEffect, useMemo, useState } from 'react'
import { fetchClasses } from '@/lib/client/batch/api'
import type { Label } from '@/lib/shared/contract/contract'
import type { Job } from '@/lib/shared/contract/jobs'
import type { LabelWords } from '@/lib/shared/zero-shot/candidate-labels'

/** Models are few, and their labels don't change while a page is open. */
const loaded = new Map<string, Promise<readonly Label[]>>()

function classesOf(model: string, here: boolean): Promise<readonly Label[]> {
  const key = `${here} ${model}`
  const classes = loaded.get(key) ?? (here ? classesHere(model) : fetchClasses(model))
  loaded.set(key, classes)
  classes.catch(() => loaded.delete(key))
  return classes
}

async function classesHere(model: string): Promise<readonly Label[]> {
  const { labelsHere } = await import('@/lib/client/device/labels-here')
  return labelsHere(model)
}

/** What the results of a batch may be. */
export interface BatchModel {
  id: string
  /** The labels in words that a text-image model was given for the batch. */
  words: LabelWords | undefined
}

/** Null until the server has the job. */
export function batchModelOf(job: Pick<Job, 'model' | 'words'> | null): BatchModel | null {
  return job && { id: job.model.id, words: job.words }
}

/**
 * The classes of a batch's results: those of its model, which are loaded once per page, or its labels in words; `failed`
 * if they couldn't be loaded. Null loads none.
 *
 * @param here whether the model runs in this browser
 */
export function useClasses(
  batch: BatchModel | null,
  here: boolean,
): { classes: readonly Label[] | null; failed: boolean } {
  const { id = null, words } = batch ?? {}
  const loaded = useLoadedClasses(words ? null : id, here)
  // Each answer of the server brings them anew.
  const given = words && JSON.stringify(words.labels)
  const inWords = useMemo(() => (given === undefined ? null : (JSON.parse(given) as string[]).map(toLabel)), [given])
  return inWords ? { classes: inWords, failed: false } : loaded
}

const toLabel = (label: string, index: number): Label => ({ index, label, others: [] })

function useLoadedClasses(model: string | null, here: boolean): { classes: readonly Label[] | null; failed: boolean } {
  const [state, setState] = useState<{ model: string; classes: readonly Label[] | null } | null>(null)
  useEffect(() => {
    if (model === null) return
    let mounted = true
    classesOf(model, here).then(
      (classes) => mounted && setState({ model, classes }),
      () => mounted && setState({ model, classes: null }),
    )
    return () => {
      mounted = false
    }
  }, [model, here])
  const current = model !== null && state?.model === model ? state : null
  return { classes: current?.classes ?? null, failed: current !== null && current.classes === null }
}

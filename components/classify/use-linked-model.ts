import { useEffect } from 'react'
import { isHere, saveHere } from '@/lib/client/choices'
import type { PhotoSession } from '@/lib/client/photos/photo-session'
import type { ModelInfo } from '@/lib/shared/contract/contract'
import { choiceOf } from './own-words-model'
import { isUnlisted } from './unlisted-model'

/**
 * Chooses what the URL names, once: a model with `?model=my-parts`, and this browser with `?device=browser`.
 *
 * @param choice whether the visitor may choose where models run
 * @param onlyHere where they run if not
 */
export function useLinkedModel(
  session: PhotoSession,
  models: readonly ModelInfo[],
  choice: boolean,
  onlyHere: boolean,
): void {
  // biome-ignore lint/correctness/useExhaustiveDependencies: the URL is read when the page opens
  useEffect(() => {
    const query = new URLSearchParams(location.search)
    const [linked, place] = [query.get('model'), query.get('device')]
    choosePlace(place, choice, onlyHere)
    const model = linked === null ? null : chosen(models, linked)
    if (model !== null) session.setModel(model)
    if (linked === null && place === null) return
    // A reload keeps what the visitor chooses from now on.
    history.replaceState(history.state, '', location.pathname + location.hash)
  }, [])
}

/** A place that the server doesn't offer may still be stored from a time when it did. */
function choosePlace(place: string | null, choice: boolean, onlyHere: boolean): void {
  if (choice && place !== null) saveHere(place === 'browser')
  if (!choice && isHere() !== onlyHere) saveHere(onlyHere)
}

/** The model of this name; null if there is none. */
function chosen(models: readonly ModelInfo[], name: string): string | null {
  const found = models.find(({ id, type }) => id === name || type === name)
  if (found) return choiceOf(models, found.type ?? found.id)
  return isUnlisted(name) ? name : null
}

import { useEffect } from 'react'
import type { PhotoSession } from '@/lib/client/photos/photo-session'
import type { ModelInfo } from '@/lib/shared/contract/contract'
import { choiceOf } from './own-words-model'
import { isUnlisted } from './unlisted-model'

/** Chooses the model that the URL names, once: `?model=my-parts`. */
export function useLinkedModel(session: PhotoSession, models: readonly ModelInfo[]): void {
  // biome-ignore lint/correctness/useExhaustiveDependencies: the URL is read when the page opens
  useEffect(() => {
    const linked = new URLSearchParams(location.search).get('model')
    if (linked === null) return
    const found = models.find(({ id, type }) => id === linked || type === linked)
    const model = found ? choiceOf(models, found.type ?? found.id) : isUnlisted(linked) ? linked : null
    if (model !== null) session.setModel(model)
    // A reload keeps what the visitor chooses from now on.
    history.replaceState(history.state, '', location.pathname + location.hash)
  }, [])
}

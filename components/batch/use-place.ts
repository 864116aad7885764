import { useEffect, useSyncExternalStore } from 'react'
import { isHere, onPlace, saveHere } from '@/lib/client/choices'

/**
 * Whether new batches run in this browser, as the visitor chose on any page or by `?device=browser`.
 *
 * @param offered whether the server lets browsers run models
 * @param onlyHere whether it runs none itself
 */
export function usePlace(offered: boolean, onlyHere: boolean): boolean {
  const here = useSyncExternalStore(onPlace, isHere, () => onlyHere)
  useEffect(() => {
    const linked = linkedPlace()
    if (linked === null) return
    if (offered) saveHere(linked)
    // A reload keeps what the visitor chooses from now on.
    const query = new URLSearchParams(location.search)
    query.delete('device')
    const rest = query.size > 0 ? `?${query}` : ''
    history.replaceState(history.state, '', location.pathname + rest + location.hash)
  }, [offered])
  // On hosts that isolate no page, the page is opened again once, better before there are photos than after.
  useEffect(() => {
    if (offered && here && !crossOriginIsolated) {
      import('@/lib/client/offline/isolation').then(({ ensureIsolated }) => ensureIsolated()).catch(() => {})
    }
  }, [offered, here])
  return offered && here
}

/** As `usePlace`, when the page opens. */
export function placeNow(offered: boolean): boolean {
  return offered && (linkedPlace() ?? isHere())
}

function linkedPlace(): boolean | null {
  const place = new URLSearchParams(location.search).get('device')
  return place === null ? null : place === 'browser'
}

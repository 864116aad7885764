import { useEffect, useSyncExternalStore } from 'react'
import { isHere, onPlace, saveHere } from '@/lib/client/choices'

/**
 * Whether new batches run in this browser, as the visitor chose on any page or by `?device=browser`.
 *
 * @param offered whether the server lets browsers run models
 */
export function usePlace(offered: boolean): boolean {
  const here = useSyncExternalStore(onPlace, isHere, () => false)
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

import { useCallback, useSyncExternalStore } from 'react'

/** The part of the URL that opens the page for labeling: a link, a reload, and the back button work with it. */
export const LABEL_HASH = '#label'

function subscribe(listener: () => void): () => void {
  window.addEventListener('hashchange', listener)
  window.addEventListener('popstate', listener)
  return () => {
    window.removeEventListener('hashchange', listener)
    window.removeEventListener('popstate', listener)
  }
}

/** Whether the page for labeling is shown, and a function that opens or closes it. */
export function useLabelView(): [boolean, (open: boolean) => void] {
  const open = useSyncExternalStore(
    subscribe,
    () => location.hash === LABEL_HASH,
    () => false,
  )
  const setOpen = useCallback((next: boolean) => {
    history.pushState(history.state, '', next ? LABEL_HASH : location.pathname)
    window.dispatchEvent(new Event('hashchange'))
    window.scrollTo(0, 0)
  }, [])
  return [open, setOpen]
}

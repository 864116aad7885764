import { useCallback, useEffect, useState } from 'react'

/**
 * A state of the page that a reload and the way back keep, for this tab. The server and the first rendering have `initial`.
 *
 * @param name of its own in this browser
 */
export function usePersistentState<T>(name: string, initial: T): [value: T, set: (value: T) => void] {
  const [value, setValue] = useState(initial)
  const key = `vision-page ${name}`
  useEffect(() => {
    try {
      const kept = sessionStorage.getItem(key)
      if (kept !== null) setValue(JSON.parse(kept) as T)
    } catch {
      // A browser that keeps nothing begins anew.
    }
  }, [key])
  const set = useCallback(
    (next: T) => {
      setValue(next)
      try {
        sessionStorage.setItem(key, JSON.stringify(next))
      } catch {
        // It lasts as long as the page.
      }
    },
    [key],
  )
  return [value, set]
}

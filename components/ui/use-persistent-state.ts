import { useCallback, useEffect, useState } from 'react'

/**
 * State that survives reloads and navigation in this tab. The server and the first render use `initial`.
 *
 * @param name unique within the site
 */
export function usePersistentState<T>(name: string, initial: T): [value: T, set: (value: T) => void] {
  const [value, setValue] = useState(initial)
  const key = `vision-page ${name}`
  useEffect(() => {
    try {
      const saved = sessionStorage.getItem(key)
      if (saved !== null) setValue(JSON.parse(saved) as T)
    } catch {
      // Without storage, the state starts with its initial value.
    }
  }, [key])
  const set = useCallback(
    (next: T) => {
      setValue(next)
      try {
        sessionStorage.setItem(key, JSON.stringify(next))
      } catch {
        // Without storage, the state lasts as long as the page.
      }
    },
    [key],
  )
  return [value, set]
}

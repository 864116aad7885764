import { useEffect, useSyncExternalStore } from 'react'
import { isHere, onPlace, saveHere } from '@/lib/client/choices'

/**
 * Whether photos stay in this browser; null if the server doesn't offer it.
 *
 * @param device whether the server lets browsers run models
 * @param onlyHere whether it runs none itself
 */
export function useHere(device: boolean, onlyHere: boolean): boolean | null {
  const here = useSyncExternalStore(onPlace, isHere, () => onlyHere)
  // It may be stored from a time when the server did.
  useEffect(() => {
    if (!device && isHere()) saveHere(false)
  }, [device])
  return device ? here : null
}

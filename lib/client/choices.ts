import { runsOnlyHere } from './device/only-here'

const KEY = 'run-on-this-device'

const listeners = new Set<(here: boolean) => void>()
let here: boolean | undefined

/** Whether photos stay in this browser, as the visitor chose on any page, or since there is no choice. */
export function isHere(): boolean {
  here ??= runsOnlyHere() || readChoice(KEY) === 'true'
  return here
}

/** Sets whether photos stay in this browser, now and in later visits, if there is a choice. */
export function saveHere(next: boolean): void {
  if (runsOnlyHere()) return
  here = next
  for (const listener of listeners) listener(next)
  keepChoice(KEY, String(next))
}

/** Calls a listener after each choice. Returns a function that ends it. */
export function onPlace(listener: (here: boolean) => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

/** A choice of the visitor from an earlier visit; null if there is none. */
export function readChoice(key: string): string | null {
  try {
    return localStorage.getItem(key)
  } catch {
    return null
  }
}

/** Keeps a choice for later visits. */
export function keepChoice(key: string, choice: string): void {
  try {
    localStorage.setItem(key, choice)
  } catch {
    // Private windows may block storage; the choice then lasts as long as the tab.
  }
}

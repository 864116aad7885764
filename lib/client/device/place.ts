import { runsOnlyHere } from './only-here'

const KEY = 'run-on-this-device'

const listeners = new Set<(here: boolean) => void>()
let here: boolean | undefined

/** Whether photos stay in this browser, as the visitor chose on any page, or since there is no choice. */
export function isHere(): boolean {
  here ??= runsOnlyHere() || stored() === 'true'
  return here
}

/** Sets whether photos stay in this browser, now and in later visits, if there is a choice. */
export function saveHere(next: boolean): void {
  if (runsOnlyHere()) return
  here = next
  for (const listener of listeners) listener(next)
  try {
    localStorage.setItem(KEY, String(next))
  } catch {
    // Private windows may block storage; the setting then lasts as long as the tab.
  }
}

/** Calls a listener after each choice. Returns a function that ends it. */
export function onPlace(listener: (here: boolean) => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

function stored(): string | null {
  try {
    return localStorage.getItem(KEY)
  } catch {
    return null
  }
}

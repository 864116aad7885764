import { type RefObject, useEffect, useRef } from 'react'

export interface LabelKeys {
  /** @param guess from 0 */
  onGuess(guess: number): void
  onSkip(): void
  onUndo(): void
  onSeveral(): void
  /** The labels of the photo are complete; null where it has only one. */
  onDone: (() => void) | null
  /** A letter: what follows is the name of a label. */
  onType(): void
}

/**
 * The keys of the page for labeling. They work while the focus is in its region, or nowhere, and never in a field or a
 * menu: what is typed there is text.
 */
export function useLabelKeys(region: RefObject<HTMLElement | null>, keys: LabelKeys): void {
  const latest = useRef(keys)
  latest.current = keys
  useEffect(() => {
    function handle(event: KeyboardEvent): void {
      if (!isMeant(event.target, region.current)) return
      // A button that has the focus acts on Enter by itself.
      if (event.key === 'Enter' && event.target instanceof HTMLElement && event.target.matches('button, a, label *'))
        return
      const act = actionOf(event, latest.current)
      if (!act) return
      // A letter goes on into the field that gets the focus.
      if (act !== latest.current.onType) event.preventDefault()
      act()
    }
    document.addEventListener('keydown', handle)
    return () => document.removeEventListener('keydown', handle)
  }, [region])
}

function isMeant(target: EventTarget | null, region: HTMLElement | null): boolean {
  if (target === document.body) return true
  if (!(target instanceof HTMLElement) || !region?.contains(target)) return false
  return !target.matches('input:not([type=checkbox]), textarea, select, [role=menuitem]')
}

function actionOf(event: KeyboardEvent, keys: LabelKeys): (() => void) | null {
  const { key, ctrlKey, metaKey, altKey, repeat } = event
  if ((ctrlKey || metaKey) && !altKey && key.toLowerCase() === 'z' && !event.shiftKey) return keys.onUndo
  // A key that is held would label one photo after the other.
  if (ctrlKey || metaKey || altKey || repeat) return null
  if (/^[1-9]$/.test(key)) return () => keys.onGuess(Number(key) - 1)
  if (key === '0') return keys.onSeveral
  if (key === 'Enter') return keys.onDone
  if (key === 'ArrowRight') return keys.onSkip
  if (key === 'ArrowLeft' || key === 'Backspace') return keys.onUndo
  return /^\p{L}$/u.test(key) ? keys.onType : null
}

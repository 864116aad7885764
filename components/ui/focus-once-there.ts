/** A busy page renders what it was asked for within this time (milliseconds). */
const RENDERED_MS = 2000

/** Moves the focus to an element that is about to be rendered. */
export function focusOnceThere(selector: string): void {
  const focus = () => {
    const element = document.querySelector<HTMLElement>(selector)
    element?.focus()
    return element !== null
  }
  if (focus()) return
  const observer = new MutationObserver(() => focus() && observer.disconnect())
  observer.observe(document.body, { childList: true, subtree: true })
  setTimeout(() => observer.disconnect(), RENDERED_MS)
}

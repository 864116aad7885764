/** Controls that Swagger UI leaves without a name, and what names them. */
const NAMES: readonly [selector: string, name: (element: Element) => string | null | undefined][] = [
  [
    'tr[data-param-name] :is(select, input, textarea)',
    (element) => element.closest('tr')?.getAttribute('data-param-name'),
  ],
  ['.examples-select-element', () => 'Example'],
  ['.content-type, .response-control-media-type select', () => 'Media type'],
  ['input[type=file]', () => 'File'],
  ['.body-param__text, textarea', () => 'Body'],
  ['select', () => 'Choice'],
]

/** Buttons that Swagger UI made of other elements. */
const CLICKABLE = '.request-snippets .btn'

/**
 * Gives controls a name for screen readers, and makes clickable and scrollable parts reachable by keyboard, now and
 * whenever the content changes.
 *
 * @returns stops it
 */
export function makeAccessible(root: HTMLElement): () => void {
  const update = () => {
    for (const button of root.querySelectorAll(`${CLICKABLE}:not([role])`)) {
      button.setAttribute('role', 'button')
      button.setAttribute('tabindex', '0')
    }
    for (const [selector, name] of NAMES)
      for (const control of root.querySelectorAll(`:is(${selector}):not([aria-label], [aria-labelledby])`))
        control.setAttribute('aria-label', name(control) ?? 'Value')
    for (const code of root.querySelectorAll('pre:not([tabindex])')) code.setAttribute('tabindex', '0')
  }
  const changes = new MutationObserver(update)
  changes.observe(root, { childList: true, subtree: true })
  root.addEventListener('keydown', clickByKey)
  update()
  return () => {
    changes.disconnect()
    root.removeEventListener('keydown', clickByKey)
  }
}

function clickByKey(event: KeyboardEvent): void {
  const { target, key } = event
  if (!(target instanceof HTMLElement) || !target.matches(CLICKABLE) || (key !== 'Enter' && key !== ' ')) return
  event.preventDefault()
  target.click()
}

/** The link to another page of this site that a click follows in this tab; null if it follows none. */
export function pageLink(event: MouseEvent): HTMLAnchorElement | null {
  if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return null
  const link = event.target instanceof Element ? event.target.closest<HTMLAnchorElement>('a[href]') : null
  if (!link || link.origin !== location.origin || link.hasAttribute('download') || !['', '_self'].includes(link.target))
    return null
  return link.pathname + link.search === location.pathname + location.search ? null : link
}

import { useEffect } from 'react'

const SITE = / · [^·]+$/

/** Names the browser's tab after what the page shows, in the form of the site's titles, until the page is left. */
export function useDocumentTitle(title: string): void {
  useEffect(() => {
    const before = document.title
    const own = `${title}${SITE.exec(before)?.[0] ?? ''}`
    document.title = own
    return () => {
      // The next page may have its title by now.
      if (document.title === own) document.title = before
    }
  }, [title])
}

import { useEffect } from 'react'
import { parseHttpUrl } from '@/lib/client/api/photo-by-url'

/** Takes pictures that are pasted anywhere on the page, and the address of one where it is not pasted into a field. */
export function usePaste(add: (files: readonly Blob[]) => void, addUrl: ((url: string) => void) | null): void {
  useEffect(() => {
    function paste(event: ClipboardEvent): void {
      const files = [...(event.clipboardData?.files ?? [])]
      const url = parseHttpUrl(event.clipboardData?.getData('text/plain') ?? '')
      const intoField = event.target instanceof HTMLInputElement || event.target instanceof HTMLTextAreaElement
      if (files.length > 0) {
        event.preventDefault()
        add(files)
      } else if (url !== null && addUrl !== null && !intoField) {
        event.preventDefault()
        addUrl(url)
      }
    }
    window.addEventListener('paste', paste)
    return () => window.removeEventListener('paste', paste)
  }, [add, addUrl])
}

import { useEffect } from 'react'
import { parseTypedUrl } from '@/lib/client/api/typed-url'

/** Handles photos pasted anywhere on the page, and URLs pasted outside of text fields. */
export function usePaste(add: (files: readonly Blob[]) => void, addUrl: ((url: string) => void) | null): void {
  useEffect(() => {
    function handlePaste(event: ClipboardEvent): void {
      const files = [...(event.clipboardData?.files ?? [])]
      const url = parseTypedUrl(event.clipboardData?.getData('text/plain') ?? '')
      const inTextField = event.target instanceof HTMLInputElement || event.target instanceof HTMLTextAreaElement
      if (files.length > 0) {
        event.preventDefault()
        add(files)
      } else if (url !== null && addUrl !== null && !inTextField) {
        event.preventDefault()
        addUrl(url)
      }
    }
    window.addEventListener('paste', handlePaste)
    return () => window.removeEventListener('paste', handlePaste)
  }, [add, addUrl])
}

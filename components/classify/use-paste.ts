import { useEffect } from 'react'

/** Takes pictures that are pasted anywhere on the page. */
export function usePaste(add: (files: readonly Blob[]) => void): void {
  useEffect(() => {
    function paste(event: ClipboardEvent): void {
      const files = [...(event.clipboardData?.files ?? [])]
      if (files.length === 0) return
      event.preventDefault()
      add(files)
    }
    window.addEventListener('paste', paste)
    return () => window.removeEventListener('paste', paste)
  }, [add])
}

import { useState } from 'react'

const COPIED_MS = 2000

/** Copies text to the clipboard, and the name of what was copied last for a moment. */
export function useCopy(): { copied: string; copy(name: string, text: string): Promise<void> } {
  const [copied, setCopied] = useState('')
  async function copy(name: string, text: string): Promise<void> {
    try {
      await navigator.clipboard.writeText(text)
      setCopied(name)
      setTimeout(() => setCopied(''), COPIED_MS)
    } catch {
      setCopied('') // The browser denied access to the clipboard.
    }
  }
  return { copied, copy }
}

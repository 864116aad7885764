import { useState } from 'react'
import { copyText } from '@/lib/client/files/copy-text'

const COPIED_MS = 2000

interface CopyState {
  copied: string
  failed: boolean
  /** Resolves with whether the browser did it. */
  copy(name: string, text: string): Promise<boolean>
}

/** Copies text to the clipboard, and the name of what was copied last for a moment, or whether that failed. */
export function useCopy(): CopyState {
  const [{ copied, failed }, setState] = useState({ copied: '', failed: false })
  async function copy(name: string, text: string): Promise<boolean> {
    const done = await copyText(text)
    const result = { copied: done ? name : '', failed: !done }
    setState(result)
    // What was copied since then stays.
    const forget = () => setState((current) => (current === result ? { copied: '', failed: false } : current))
    if (done) setTimeout(forget, COPIED_MS)
    return done
  }
  return { copied, failed, copy }
}

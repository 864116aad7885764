import { useState } from 'react'
import { saveBlob } from '@/lib/client/files/save-file'

export interface Saving {
  state: 'idle' | 'making' | 'failed'
  save(name: string, make: () => Promise<Blob>): Promise<void>
}

/** Saves files that take a moment to be made, and whose code may have to be fetched first. */
export function useSaveFile(): Saving {
  const [state, setState] = useState<Saving['state']>('idle')
  async function save(name: string, make: () => Promise<Blob>): Promise<void> {
    setState('making')
    try {
      saveBlob(name, await make())
      setState('idle')
    } catch {
      setState('failed')
    }
  }
  return { state, save }
}

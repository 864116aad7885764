import { useState } from 'react'
import { saveBlob } from '@/lib/client/files/save-file'

export interface SaveFile {
  state: 'idle' | 'making' | 'failed'
  save(name: string, make: () => Promise<Blob>): Promise<void>
}

/** Downloads files that take a moment to create, or whose code has to be loaded first. */
export function useSaveFile(): SaveFile {
  const [state, setState] = useState<SaveFile['state']>('idle')
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

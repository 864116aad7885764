import { useEffect, useState } from 'react'
import { type Failure, isServerAway } from '@/lib/client/api/failure'
import { serverWatch } from '@/lib/client/api/server-watch'
import type { PhotoEmbedding } from '@/lib/client/device/protocol'
import { preparePhoto } from '@/lib/client/photos/prepare-photo'
import { embedPhoto } from '@/lib/client/training/embed-photo'

export type EmbeddedPhoto =
  | { name: 'reading' }
  /** `file`: what was sent, which every browser can display. */
  | { name: 'ready'; photo: PhotoEmbedding; file: Blob }
  | { name: 'failed'; failure: Failure }

/** The server refuses larger photos anyway; before that, large ones are made smaller here. */
const MAX_BYTES = 20_000_000

/** The embedding of a photo by the base model. Waits for a server that is away. */
export function usePhotoEmbedding(file: File, base: string): EmbeddedPhoto {
  const [state, setState] = useState<EmbeddedPhoto>({ name: 'reading' })
  useEffect(() => {
    const { signal, abort } = controllerOf()
    setState({ name: 'reading' })
    void read(file, base, signal).then((next) => !signal.aborted && setState(next))
    return abort
  }, [file, base])
  return state
}

function controllerOf() {
  const controller = new AbortController()
  return { signal: controller.signal, abort: () => controller.abort() }
}

async function read(file: File, base: string, signal: AbortSignal): Promise<EmbeddedPhoto> {
  try {
    const prepared = await preparePhoto(file, { maxBytes: MAX_BYTES, reduce: true })
    for (;;) {
      try {
        return { name: 'ready', photo: await embedPhoto(prepared.file, base, signal), file: prepared.file }
      } catch (error) {
        if (signal.aborted || !isServerAway(error as Failure)) throw error
        await serverWatch.wait(signal)
      }
    }
  } catch (error) {
    const failure = error as Partial<Failure>
    const unreadable = { code: 'file_unreadable', retryable: false, retryAfterMs: null }
    return { name: 'failed', failure: typeof failure.code === 'string' ? (failure as Failure) : unreadable }
  }
}

import { useEffect, useState } from 'react'
import type { Failure } from '@/lib/client/api/failure'
import { serverWatch } from '@/lib/client/api/server-watch'
import type { PhotoEmbedding } from '@/lib/client/device/protocol'
import { preparePhoto } from '@/lib/client/photos/prepare-photo'
import { embedPhoto } from '@/lib/client/training/embed-photo'
import { asFailure, withRetries } from '@/lib/client/training/with-retries'

export type EmbeddedPhoto =
  | { name: 'reading' }
  /** `file`: what was sent, which every browser can display. */
  | { name: 'ready'; photo: PhotoEmbedding; file: Blob }
  | { name: 'failed'; failure: Failure }

/** The server refuses larger photos anyway; before that, large ones are made smaller here. */
const MAX_BYTES = 20_000_000

/** The embedding of a photo by the base model. Waits for a server that is away, and a while for a busy one. */
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
    const retrying = { signal, waitForServer: () => serverWatch.wait(signal) }
    const photo = await withRetries(() => embedPhoto(prepared.file, base, signal), retrying)
    return { name: 'ready', photo, file: prepared.file }
  } catch (error) {
    return { name: 'failed', failure: asFailure(error) }
  }
}

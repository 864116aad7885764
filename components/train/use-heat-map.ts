import { useEffect, useState } from 'react'
import { serverWatch } from '@/lib/client/api/server-watch'
import { embedPhoto } from '@/lib/client/training/embed-photo'
import type { HeatMap } from '@/lib/client/training/occlusion'
import { withRetries } from '@/lib/client/training/with-retries'
import type { Head } from '@/lib/shared/training/head'
import type { EmbeddedPhoto } from './use-photo-embedding'

export interface HeatMapState {
  open: boolean
  toggle(): void
  /** Null until it is made. */
  map: HeatMap | null
  /** Share that is done; null if nothing runs. */
  progress: number | null
  failed: boolean
}

/** The heat map of a label, made when it is asked for, and again when photo, model or label change while it is shown. */
export function useHeatMap(
  photo: Extract<EmbeddedPhoto, { name: 'ready' }> | null,
  head: Head,
  label: number,
  base: string,
): HeatMapState {
  const [open, setOpen] = useState(false)
  const [state, setState] = useState<Pick<HeatMapState, 'map' | 'progress' | 'failed'>>(NOTHING)
  useEffect(() => {
    if (!open || !photo) return
    const controller = new AbortController()
    const { signal } = controller
    const retrying = { signal, waitForServer: () => serverWatch.wait(signal) }
    setState({ ...NOTHING, progress: 0 })
    import('@/lib/client/training/occlusion')
      .then(({ occlusionMap }) =>
        occlusionMap(photo.file, {
          head,
          label,
          photo: photo.photo,
          embed: (file) => withRetries(() => embedPhoto(file, base, signal), retrying),
          onProgress: (progress) => !signal.aborted && setState({ ...NOTHING, progress }),
        }),
      )
      .then((map) => !signal.aborted && setState({ ...NOTHING, map }))
      .catch(() => !signal.aborted && setState({ ...NOTHING, failed: true }))
    return () => controller.abort()
  }, [open, photo, head, label, base])
  return { open, toggle: () => setOpen(!open), ...(open ? state : NOTHING) }
}

const NOTHING = { map: null, progress: null, failed: false }

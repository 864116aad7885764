import { useEffect, useState } from 'react'
import type { Failure } from '@/lib/client/api/failure'
import { MapFault, type MapProgress, makeMap, type PhotoMap } from '@/lib/client/photo-map/make-map'

/** The map of a batch, from the moment it is wanted. */
export type MapState =
  | { kind: 'unwanted' }
  | ({ kind: 'making' } & MapProgress)
  | { kind: 'failed'; failure: Failure }
  | { kind: 'ready'; map: PhotoMap }

const NOT_YET: MapState = { kind: 'making', step: 'loading', done: 0 }

/** Makes the map once it is wanted. @param turn changes to try again, or when there are more photos */
export function usePhotoMap(job: string, wanted: boolean, turn: number | string): MapState {
  const [state, setState] = useState<MapState>(NOT_YET)
  // biome-ignore lint/correctness/useExhaustiveDependencies: the turn is a new try
  useEffect(() => {
    if (!wanted) return
    const stopped = new AbortController()
    setState(NOT_YET)
    const report = (next: MapState) => !stopped.signal.aborted && setState(next)
    makeMap(job, (progress) => report({ kind: 'making', ...progress }), stopped.signal).then(
      (map) => report({ kind: 'ready', map }),
      (error: unknown) => report({ kind: 'failed', failure: failureOf(error) }),
    )
    return () => stopped.abort()
  }, [job, wanted, turn])
  return wanted ? state : { kind: 'unwanted' }
}

function failureOf(error: unknown): Failure {
  if (!(error instanceof MapFault)) return error as Failure
  return { code: 'map_failed', title: error.name, detail: error.message, retryable: false, retryAfterMs: null }
}

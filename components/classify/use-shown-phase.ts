import { useRef } from 'react'
import type { Phase, Photo } from '@/lib/client/photos/photo'
import type { Classification } from '@/lib/shared/contract/contract'

interface ShownPhase {
  phase: Phase | undefined
  /** Null while there is nothing to show. */
  result: Classification | null
  /** Whether the result is that of another crop. */
  outdated: boolean
}

/**
 * The phase to show: while another crop is classified, the earlier result stays on the page, so that nothing jumps.
 */
export function useShownPhase(photo: Photo, file: Blob, model: string): ShownPhase {
  const current = photo.phases[model]
  const fresh = current?.name === 'answered' ? current.result : null
  const last = useLastResult(file, model, fresh)
  const outdated = fresh === null && last !== null && current?.name !== 'failed'
  const phase: Phase | undefined = outdated ? { name: 'answered', result: last } : current
  return { phase, outdated, result: outdated ? last : fresh }
}

/** The last result of the same file by the same model. */
function useLastResult(file: Blob, model: string, result: Classification | null): Classification | null {
  const last = useRef<{ file: Blob; model: string; result: Classification } | null>(null)
  if (result) last.current = { file, model, result }
  return last.current?.file === file && last.current.model === model ? last.current.result : null
}

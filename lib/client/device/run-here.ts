import type { Classification } from '@/lib/shared/contract/contract'
import type { ClassifyCall } from '../api/classify'
import { OFFLINE } from '../api/failure'

/**
 * Loads the code that asks for work in this browser, with the first photo.
 *
 * @throws Failure
 */
export const loadHere = () =>
  import('./classify-here').catch(() => {
    throw OFFLINE
  })

/** `classifyHere`. Rejects with a `Failure`. */
export async function runHere(file: Blob, call: ClassifyCall): Promise<Classification> {
  return (await loadHere()).classifyHere(file, call)
}

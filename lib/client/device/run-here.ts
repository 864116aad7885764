import type { Classification } from '@/lib/shared/contract/contract'
import type { ClassifyCall } from '../api/classify'
import { OFFLINE } from '../api/failure'

/** `classifyHere`, whose code is loaded with the first photo. Rejects with a `Failure`. */
export async function runHere(file: Blob, call: ClassifyCall): Promise<Classification> {
  const { classifyHere } = await import('./classify-here').catch(() => {
    throw OFFLINE
  })
  return classifyHere(file, call)
}

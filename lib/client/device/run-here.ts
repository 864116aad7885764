import type { Classification, Preview } from '@/lib/shared/contract/contract'
import type { Area } from '@/lib/shared/crop/crop'
import type { ClassifyCall } from '../api/classify'
import { OFFLINE } from '../api/failure'

/** The code that runs models in this browser is loaded with the first photo. */
const load = () =>
  import('./classify-here').catch(() => {
    throw OFFLINE
  })

/** `classifyHere`. Rejects with a `Failure`. */
export async function runHere(file: Blob, call: ClassifyCall): Promise<Classification> {
  return (await load()).classifyHere(file, call)
}

/** `modelInputHere`. Rejects with a `Failure`. */
export async function modelInputHere(
  file: Blob,
  call: { model: string; crop: Area | null; signal: AbortSignal },
): Promise<Preview> {
  return (await load()).modelInputHere(file, call)
}

import { classifyParametersSchema } from '@/lib/shared/contract/contract'
import { topKOf } from '@/lib/shared/contract/top-k'
import { wordsOf } from '@/lib/shared/contract/words'
import { parseCrop } from '@/lib/shared/crop/crop'
import { cachedRuns } from '../cached-runs'
import type { MemoryBudget } from '../memory-budget'
import type { Services } from '../services'
import { singlePhoto } from './single-photo'

/** `POST /api/classify`: classifies one photo. */
export function classify(services: Services, uploads: MemoryBudget) {
  const runs = cachedRuns(services)
  return singlePhoto(services, uploads, {
    parameters: classifyParametersSchema,
    async run(image, { model, top_k, threshold, preview, crop, ...words }, { requestId, signal }) {
      const area = crop === undefined ? undefined : parseCrop(crop)
      const options = { model, ...topKOf(top_k), threshold, preview, crop: area, requestId, words: wordsOf(words) }
      return runs.classify(image, options, signal)
    },
  })
}

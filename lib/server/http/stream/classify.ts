import { classifyParametersSchema } from '@/lib/shared/contract/contract'
import { topKOf } from '@/lib/shared/contract/top-k'
import { wordsOf } from '@/lib/shared/contract/words'
import type { MemoryBudget } from '../memory-budget'
import type { Services } from '../services'
import { photoStream } from './route'

/** `POST /api/classify?stream=1`: classifies the files of a form. */
export function classifyStream(services: Services, uploads: MemoryBudget) {
  return photoStream(services, uploads, {
    // Result lines don't include the preview, and a crop belongs to one photo.
    parameters: classifyParametersSchema.omit({ preview: true, crop: true }),
    model: ({ model }) => model,
    request: async ({ top_k, threshold, ...words }) => ({ ...topKOf(top_k), threshold, words: wordsOf(words) }),
    line: (row) => row,
  })
}

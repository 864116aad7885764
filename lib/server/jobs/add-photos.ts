import { Problem } from '@/lib/shared/problems/problem'
import type { Draft } from './backend'

/**
 * Adds the photos of an upload to an existing job. Photos added before a refusal stay, so the refusal says how many
 * there are.
 *
 * @throws Problem as `fill` does, with the number of added photos in its detail
 */
export async function addPhotos(draft: Draft, fill: (draft: Draft) => Promise<void>): Promise<void> {
  let accepted = 0
  const counting: Draft = {
    async add(input, bytes) {
      await draft.add(input, bytes)
      accepted++
    },
    get count() {
      return draft.count
    },
    get heldBytes() {
      return draft.heldBytes ?? 0
    },
  }
  try {
    await fill(counting)
  } catch (error) {
    throw error instanceof Problem && accepted > 0 ? withAcceptedCount(error, accepted) : error
  }
}

function withAcceptedCount(problem: Problem, accepted: number): Problem {
  const { code, detail, retryAfterSeconds } = problem
  const photos = accepted === 1 ? 'first photo of this upload was' : `first ${accepted} photos of this upload were`
  return new Problem(code, `${detail} The ${photos} added.`, {
    cause: problem,
    ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
  })
}

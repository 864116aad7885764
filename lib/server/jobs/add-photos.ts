import { Problem } from '@/lib/shared/problems/problem'
import type { Draft } from './backend'

/**
 * What a photo is refused with that comes after the job was closed. Whether a job takes photos is decided where each is entered, in the same step: an upload
 * may have begun before another client closed the job.
 */
export function jobClosed(): Problem {
  return new Problem('conflict', 'The job is closed; make another for more photos.')
}

/**
 * Adds what an upload brings to a job that is there. What was entered before a refusal stays, so the refusal says how many that were.
 *
 * @throws Problem what `fill` throws, its detail with the number of photos that are in the job
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
  const first = accepted === 1 ? 'first photo of this upload is' : `first ${accepted} photos of this upload are`
  return new Problem(code, `${detail} The ${first} in the job.`, {
    cause: problem,
    ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
  })
}

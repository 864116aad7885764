import { Problem } from '@/lib/shared/problems/problem'

/** The refusal of a photo that needs more than it may take. */
export function outOfMemory(what: string): Problem {
  return new Problem(
    'too_many_pixels',
    `The HEIC photo needs more memory than a single photo may use (${what}). Send a smaller photo.`,
  )
}

/** The refusal of a photo that the decoder cannot read to its end. */
export function damaged(reason: string): Problem {
  return new Problem('truncated_image', `The HEIC photo is truncated or damaged (${reason || 'unknown reason'}).`)
}

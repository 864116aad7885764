import { Problem } from '@/lib/shared/problems/problem'

/** The error for a photo that needs more memory than allowed. */
export function outOfMemory(what: string): Problem {
  return new Problem(
    'too_many_pixels',
    `The HEIC photo needs more memory than a single photo may use (${what}). Send a smaller photo.`,
  )
}

/** The error for a photo that the decoder cannot read completely. */
export function damaged(reason: string): Problem {
  return new Problem(
    'truncated_image',
    `The HEIC photo is truncated or damaged (${reason || 'unknown reason'}). Export or download it again.`,
  )
}

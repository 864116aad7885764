import { Problem } from '@/lib/shared/problems/problem'

/** The refusal of a photo that needs more than it may take. */
export function outOfMemory(what: string): Problem {
  return new Problem('too_many_pixels', `The HEIC photo needs more memory than a photo may take here (${what}).`)
}

/** The refusal of a photo that the decoder cannot read to its end. */
export function damaged(reason: string): Problem {
  return new Problem(
    'truncated_image',
    `The file starts like a HEIC photo but cannot be read to its end (${reason || 'unknown'}).`,
  )
}

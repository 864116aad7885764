import { Problem } from '@/lib/shared/problems/problem'

/** The error for a camera RAW file. `format` is its name, such as "Nikon NEF". */
export function cameraRawProblem(format: string): Problem {
  return new Problem(
    'unsupported_format',
    `Camera RAW (${format}) is not supported. Export the photo as JPEG, or use the JPEG that the camera saved with it.`,
  )
}

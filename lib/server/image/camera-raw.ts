import { Problem } from '@/lib/shared/problems/problem'

/** The refusal of a camera's raw file, with what to do instead. `format` names it: "Nikon NEF". */
export function cameraRawProblem(format: string): Problem {
  return new Problem(
    'unsupported_format',
    `Camera RAW (${format}) is not supported. Export the photo as JPEG, or use the JPEG that the camera saved with it.`,
  )
}

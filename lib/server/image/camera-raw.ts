import { Problem } from '@/lib/shared/problems/problem'

/** The refusal of a camera's raw file, with what to do instead. `format` names it: "Nikon NEF". */
export function cameraRawProblem(format: string): Problem {
  return new Problem(
    'unsupported_format',
    `Camera RAW (${format}) is not supported: it holds what the sensor saw, not yet a picture. Export it as JPEG, or send the JPEG that the camera stored beside it.`,
  )
}

import { Problem } from '@/lib/shared/problems/problem'

/** The error for an image with too many pixels. */
export function tooManyPixels(pixels: number, maxPixels: number): Problem {
  const mega = (count: number) => `${(count / 1e6).toFixed(1)} megapixels`
  return new Problem(
    'too_many_pixels',
    `The photo has ${mega(pixels)}. The limit is ${mega(maxPixels)}. Send a smaller photo.`,
  )
}

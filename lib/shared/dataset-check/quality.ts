import type { PhotoTraits } from './photo-traits'

/** What may be wrong with a photo, whatever it shows. */
export const QUALITY_ISSUES = ['tiny', 'too_dark', 'too_bright', 'low_contrast', 'blurred'] as const
export type QualityIssue = (typeof QUALITY_ISSUES)[number]

/** A shorter side below this has fewer pixels than a model needs to see anything but colors. */
const TINY_PIXELS = 64
/** Almost no pixel is brighter. Source: CleanVision's limit for dark images, the 99th percentile of brightness. */
const DARK_P99 = 0.32
/** Almost no pixel is darker. Source: CleanVision's limit for light images, the 5th percentile of brightness. */
const BRIGHT_P5 = 0.95
/** scikit-image's `is_low_contrast` compares the same percentiles; its default of 0.05 only finds plain surfaces. */
const CONTRAST = 0.15
/**
 * Of 1,000 photos of things, none is below, and 98 % are once they are blurred by a Gaussian of two percent of their
 * longer side (`npm run bench -- check`).
 */
const SHARPNESS = 0.18

/** The issues of one photo. */
export function qualityIssues(
  { luma, sharpness }: Pick<PhotoTraits, 'luma' | 'sharpness'>,
  { width, height }: { width: number; height: number },
): QualityIssue[] {
  const found: Record<QualityIssue, boolean> = {
    tiny: Math.min(width, height) < TINY_PIXELS,
    too_dark: luma.p99 < DARK_P99,
    too_bright: luma.p5 > BRIGHT_P5,
    low_contrast: luma.p99 - luma.p1 < CONTRAST,
    blurred: sharpness < SHARPNESS,
  }
  return QUALITY_ISSUES.filter((issue) => found[issue])
}

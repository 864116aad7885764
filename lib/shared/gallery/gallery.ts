import type { LabelWords } from '../search/label-search'

/** The default model's prediction for a photo. */
export interface GalleryAnswer {
  label: string
  /** Its other names. */
  synonyms: readonly string[]
  score: number
  uncertain: boolean
  calibrated: boolean
}

/** A gallery photo with its credit. Files are relative to /gallery/. */
export interface GalleryPicture {
  file: string
  thumbnail: string
  group: string
  /** The label that it should show; null if it shows none of the labels. */
  shows: string | null
  author: string
  license: string
  /** A URL, or a path in a package. */
  source: string
  answer: GalleryAnswer | null
  /** The labels that it shows or is given, with the names by which a search finds it. */
  labels: readonly LabelWords[]
}

/** The readable form of `CC-BY-SA-3.0`. The public domain isn't a license and has its own name in each language. */
export function licenseName(spdx: string, publicDomain = 'public domain'): string {
  if (spdx === 'public-domain') return publicDomain
  return spdx.replace(/^CC0-1\.0$/, 'CC0').replace(/^CC-BY(-SA)?-/, (_, sa) => `CC BY${sa ?? ''} `)
}

/** The URL of the license text, if there is one. */
export function licenseUrl(spdx: string): string | null {
  if (spdx === 'CC0-1.0') return 'https://creativecommons.org/publicdomain/zero/1.0/'
  const [, kind, version] = /^CC-(BY(?:-SA)?)-(\d\.\d)$/.exec(spdx) ?? []
  return kind ? `https://creativecommons.org/licenses/${kind.toLowerCase()}/${version}/` : null
}

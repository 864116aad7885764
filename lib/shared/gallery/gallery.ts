/** What the default model says of a picture. */
export interface GalleryAnswer {
  label: string
  score: number
  uncertain: boolean
}

/** A picture of the gallery with its credit. Files are relative to /gallery/. */
export interface GalleryPicture {
  file: string
  thumbnail: string
  group: string
  /** The label that it was chosen for; null for what is outside of the labels. */
  shows: string | null
  author: string
  license: string
  /** An address, or where in a package. */
  source: string
  answer: GalleryAnswer | null
}

/** `CC-BY-SA-3.0` as people write it. The public domain is no licence, and languages have their own words for it. */
export function licenseName(spdx: string, publicDomain = 'public domain'): string {
  if (spdx === 'public-domain') return publicDomain
  return spdx.replace(/^CC0-1\.0$/, 'CC0').replace(/^CC-BY(-SA)?-/, (_, sa) => `CC BY${sa ?? ''} `)
}

/** The licence's own text, where there is one. */
export function licenseUrl(spdx: string): string | null {
  if (spdx === 'CC0-1.0') return 'https://creativecommons.org/publicdomain/zero/1.0/'
  const [, kind, version] = /^CC-(BY(?:-SA)?)-(\d\.\d)$/.exec(spdx) ?? []
  return kind ? `https://creativecommons.org/licenses/${kind.toLowerCase()}/${version}/` : null
}

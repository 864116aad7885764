import { primaryCodec } from './header'

/** Brands of files with AV1 images, which sharp reads. */
const AVIF = new Set(['avif', 'avis'])
/**
 * HEVC images and videos; images with any codec (`mif1`, `miaf`); and those of other codecs, which are rejected by
 * name.
 */
const HEIF = /^(hei[cxms]|hev[cxms]|mif[12]|msf1|miaf|avc[is]|vvi[cs]|vvis|evbi|j2k[is]|j2is)$/

/**
 * Determines whether an ISO base media file is AVIF or HEIC, from its brands, or from its primary image if the brands
 * allow both.
 *
 * @param brands the major brand and the compatible ones
 * @returns null if it is neither, such as a video or a camera RAW file
 */
export function heifFormat(brands: readonly string[], image: Uint8Array): 'avif' | 'heic' | null {
  const avif = brands.some((brand) => AVIF.has(brand))
  if (!avif && !brands.some((brand) => HEIF.test(brand))) return null
  const codec = primaryCodec(image)
  if (codec === 'av01') return 'avif'
  return avif && codec === null ? 'avif' : 'heic'
}

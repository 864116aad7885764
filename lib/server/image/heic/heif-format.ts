import { primaryCodec } from './header'

/** Brands of files with pictures of AV1, which sharp reads. */
const AVIF = new Set(['avif', 'avis'])
/** HEVC pictures and films; pictures of any codec (`mif1`, `miaf`); those of other codecs, which are refused by their names. */
const HEIF = /^(hei[cxms]|hev[cxms]|mif[12]|msf1|miaf|avc[is]|vvi[cs]|vvis|evbi|j2k[is]|j2is)$/

/**
 * Which of the two an ISO base media file is, by its brands; by its primary picture where it says that it is either.
 *
 * @param brands the major one and the compatible ones
 * @returns null where it is neither: a film, a camera's raw file
 */
export function heifFormat(brands: readonly string[], image: Uint8Array): 'avif' | 'heic' | null {
  const avif = brands.some((brand) => AVIF.has(brand))
  if (!avif && !brands.some((brand) => HEIF.test(brand))) return null
  const codec = primaryCodec(image)
  if (codec === 'av01') return 'avif'
  return avif && codec === null ? 'avif' : 'heic'
}

import { bytes } from '../i18n/format'

/** The error detail for a photo over the size limit. */
export function tooLargeDetail(size: number, most: number): string {
  return `The photo is ${bytes(size)}; the limit is ${bytes(most)}.`
}

import { bytes } from '../i18n/format'

/** What a photo of more bytes than are allowed is told. */
export function tooLargeDetail(size: number, most: number): string {
  return `The photo has ${bytes(size)}; ${bytes(most)} are allowed.`
}

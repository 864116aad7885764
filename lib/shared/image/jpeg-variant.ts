import { Problem } from '@/lib/shared/problems/problem'

const SOI_BYTES = 2
const START_OF_SCAN = 0xda
const JPEG_LS = 0xf7
/** Start-of-frame markers; the three exceptions are tables. */
const isFrame = (marker: number) => marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker)
const HIERARCHICAL: ReadonlySet<number> = new Set([0xc5, 0xc6, 0xc7, 0xcd, 0xce, 0xcf])

/**
 * Rejects JPEG variants that libjpeg does not decode, by name. Its own message would suggest that the file is damaged.
 *
 * @throws Problem `unsupported_format`
 */
export function rejectUnsupportedJpeg(image: Uint8Array): void {
  const frame = frameOf(image)
  const kind = frame && unsupportedVariant(frame)
  if (kind)
    throw new Problem('unsupported_format', `${kind} is not supported. Save the photo as a standard JPEG or as PNG.`)
}

function unsupportedVariant({ marker, bits }: { marker: number; bits: number }): string | null {
  if (marker === JPEG_LS) return 'JPEG-LS'
  if (HIERARCHICAL.has(marker)) return 'Hierarchical JPEG'
  return bits === 8 ? null : `${bits}-bit JPEG`
}

/** The frame's marker and bits per sample; null if the header ends before. */
function frameOf(image: Uint8Array): { marker: number; bits: number } | null {
  let at = SOI_BYTES
  while (at + 4 < image.length) {
    const marker = image[at + 1] as number
    // There may be garbage between segments, and markers may be preceded by any number of 0xff bytes.
    if (image[at] !== 0xff || marker === 0xff || marker === 0) at++
    else if (isFrame(marker) || marker === JPEG_LS) return { marker, bits: image[at + 4] as number }
    else if (marker === START_OF_SCAN) return null
    else at += 2 + (((image[at + 2] as number) << 8) | (image[at + 3] as number))
  }
  return null
}

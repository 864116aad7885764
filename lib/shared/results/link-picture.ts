/** Links are pasted into chats and mails, which cut long ones off. */
export const MAX_PICTURE_BYTES = 5000

export const PICTURE_TYPES = ['image/webp', 'image/jpeg'] as const
export type PictureType = (typeof PICTURE_TYPES)[number]

/** Bytes of a WebP file's header. */
const HEADER_BYTES = 12

/**
 * The type of a picture from a link, by its first and last bytes; null if it isn't a complete WebP or JPEG file within
 * the limit. What a link says about itself isn't trusted.
 */
export function pictureType(bytes: Uint8Array): PictureType | null {
  if (bytes.length > MAX_PICTURE_BYTES || bytes.length < 2 * HEADER_BYTES) return null
  if (isWebp(bytes)) return 'image/webp'
  return isJpeg(bytes) ? 'image/jpeg' : null
}

/** `RIFF`, the number of bytes that follow, `WEBP`. */
function isWebp(bytes: Uint8Array): boolean {
  const head = String.fromCharCode(...bytes.subarray(0, HEADER_BYTES))
  const size = new DataView(bytes.buffer, bytes.byteOffset).getUint32(4, true)
  return head.startsWith('RIFF') && head.endsWith('WEBP') && size === bytes.length - 8
}

/** From the marker "start of image" to "end of image". */
function isJpeg(bytes: Uint8Array): boolean {
  const [end, last] = bytes.subarray(-2)
  return bytes[0] === 0xff && bytes[1] === 0xd8 && bytes[2] === 0xff && end === 0xff && last === 0xd9
}

/** Photo extensions, for case-insensitive regular expressions. */
export const PHOTO_EXTENSION = 'jpe?g|jpe|jfif|png|webp|avif|gif|tiff?|bmp|p[bgpn]m|hei[cf]s?|hif'

const PHOTO = new RegExp(`\\.(?:${PHOTO_EXTENSION})$`, 'i')

/** Whether a file in a folder is taken as a photo. A file named explicitly is taken in any case. */
export function isPhotoName(name: string): boolean {
  return PHOTO.test(name)
}

/** Extensions of photos, for regular expressions without regard to case. */
export const PHOTO_EXTENSION = 'jpe?g|jpe|jfif|png|webp|avif|gif|tiff?|bmp|p[bgpn]m|hei[cf]s?|hif'

const PHOTO = new RegExp(`\\.(?:${PHOTO_EXTENSION})$`, 'i')

/** Whether a file of a folder is taken for a photo. One that is named itself is taken whatever it is called. */
export function isPhotoName(name: string): boolean {
  return PHOTO.test(name)
}

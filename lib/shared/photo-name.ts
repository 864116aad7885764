const PHOTO = /\.(jpe?g|png|webp|avif|gif|tiff?|bmp|hei[cf]s?|hif)$/i

/** Whether a file of a folder is taken for a photo. One that is named itself is taken whatever it is called. */
export function isPhotoName(name: string): boolean {
  return PHOTO.test(name)
}

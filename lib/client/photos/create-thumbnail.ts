import { drawThumbnail, type ThumbnailSize } from './draw-thumbnail'
import { runPictureTask } from './run-picture-task'

/**
 * A small version of a photo, made off the main thread where the browser can.
 *
 * @returns null if this browser can't decode the photo
 */
export async function createThumbnail(photo: Blob, size: ThumbnailSize): Promise<Blob | null> {
  const thumbnail = await runPictureTask({ photo, size })
  return thumbnail === undefined ? createOnPage(photo, size) : thumbnail
}

async function createOnPage(photo: Blob, size: ThumbnailSize): Promise<Blob | null> {
  try {
    const canvas = document.createElement('canvas')
    await drawThumbnail(photo, size, canvas)
    return await new Promise((resolve) => canvas.toBlob(resolve, size.type, size.quality))
  } catch {
    return null
  }
}

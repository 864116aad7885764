import { drawThumbnail, type ThumbnailSize } from './draw-thumbnail'

/** What the page sends to this worker: a photo to make smaller, or a picture to encode. */
export type PictureTask =
  | { photo: Blob; size: ThumbnailSize }
  | { bitmap: ImageBitmap; type: PictureType; quality: number }

export type PictureType = 'image/jpeg' | 'image/webp'

/** Its response; null if this browser can't decode the photo. */
export interface PictureReply {
  id: number
  picture: Blob | null
}

self.onmessage = async ({ data: { id, task } }: MessageEvent<{ id: number; task: PictureTask }>) => {
  // The format may be unknown to this browser.
  const picture = await ('photo' in task ? thumbnail(task) : encoded(task)).catch(() => null)
  self.postMessage({ id, picture } satisfies PictureReply)
}

async function thumbnail({ photo, size }: Extract<PictureTask, { photo: Blob }>): Promise<Blob> {
  const canvas = new OffscreenCanvas(1, 1)
  await drawThumbnail(photo, size, canvas)
  return canvas.convertToBlob({ type: size.type, quality: size.quality })
}

async function encoded({ bitmap, type, quality }: Extract<PictureTask, { bitmap: ImageBitmap }>): Promise<Blob> {
  const canvas = new OffscreenCanvas(bitmap.width, bitmap.height)
  canvas.getContext('bitmaprenderer')?.transferFromImageBitmap(bitmap)
  return canvas.convertToBlob({ type, quality })
}

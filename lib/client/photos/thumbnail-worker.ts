import { drawThumbnail, type ThumbnailSize } from './draw-thumbnail'

/** What the page sends to this worker. */
export interface ThumbnailTask {
  id: number
  photo: Blob
  size: ThumbnailSize
}

/** Its response; null if this browser can't decode the photo. */
export interface ThumbnailReply {
  id: number
  thumbnail: Blob | null
}

self.onmessage = async ({ data: { id, photo, size } }: MessageEvent<ThumbnailTask>) => {
  const canvas = new OffscreenCanvas(1, 1)
  let thumbnail: Blob | null = null
  try {
    await drawThumbnail(photo, size, canvas)
    thumbnail = await canvas.convertToBlob({ type: size.type, quality: size.quality })
  } catch {
    // The format is unknown to this browser.
  }
  self.postMessage({ id, thumbnail } satisfies ThumbnailReply)
}

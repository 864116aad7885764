import { drawThumbnail, type ThumbnailSize } from './draw-thumbnail'
import type { ThumbnailReply, ThumbnailTask } from './thumbnail-worker'

/** One worker for the whole tab: decoding a photo takes long enough to be felt on the main thread. */
class ThumbnailWorker {
  private readonly worker = new Worker(new URL('./thumbnail-worker.ts', import.meta.url), { type: 'module' })
  private readonly waiting = new Map<number, { resolve(thumbnail: Blob | null): void; reject(error: Error): void }>()
  private nextId = 0

  constructor() {
    this.worker.onmessage = ({ data: { id, thumbnail } }: MessageEvent<ThumbnailReply>) => {
      this.waiting.get(id)?.resolve(thumbnail)
      this.waiting.delete(id)
    }
    this.worker.onerror = () => {
      for (const { reject } of this.waiting.values()) reject(new Error('the worker can’t run'))
      this.waiting.clear()
    }
  }

  run(photo: Blob, size: ThumbnailSize): Promise<Blob | null> {
    return new Promise((resolve, reject) => {
      const id = this.nextId++
      this.waiting.set(id, { resolve, reject })
      this.worker.postMessage({ id, photo, size } satisfies ThumbnailTask)
    })
  }
}

/** Null where workers or their canvases aren't available. */
let worker: ThumbnailWorker | null | undefined

/**
 * A small version of a photo, made off the main thread where the browser can.
 *
 * @returns null if this browser can't decode the photo
 */
export async function createThumbnail(photo: Blob, size: ThumbnailSize): Promise<Blob | null> {
  worker ??= startWorker()
  try {
    if (worker) return await worker.run(photo, size)
  } catch {
    worker = null
  }
  return createOnPage(photo, size)
}

function startWorker(): ThumbnailWorker | null {
  if (typeof OffscreenCanvas === 'undefined') return null
  try {
    return new ThumbnailWorker()
  } catch {
    return null
  }
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

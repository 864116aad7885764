import type { PictureReply, PictureTask } from './picture-worker'

/** One worker for the whole tab: decoding or encoding a photo takes long enough to be felt on the main thread. */
class PictureWorker {
  private readonly worker = new Worker(new URL('./picture-worker.ts', import.meta.url), { type: 'module' })
  private readonly waiting = new Map<number, { resolve(picture: Blob | null): void; reject(error: Error): void }>()
  private nextId = 0

  constructor() {
    this.worker.onmessage = ({ data: { id, picture } }: MessageEvent<PictureReply>) => {
      this.waiting.get(id)?.resolve(picture)
      this.waiting.delete(id)
    }
    this.worker.onerror = () => {
      for (const { reject } of this.waiting.values()) reject(new Error('the worker can’t run'))
      this.waiting.clear()
    }
  }

  run(task: PictureTask): Promise<Blob | null> {
    return new Promise((resolve, reject) => {
      const id = this.nextId++
      this.waiting.set(id, { resolve, reject })
      this.worker.postMessage({ id, task }, 'bitmap' in task ? [task.bitmap] : [])
    })
  }
}

/** Null where workers or their canvases aren't available. */
let worker: PictureWorker | null | undefined

/**
 * Makes a picture off the main thread.
 *
 * @returns null if this browser can't decode the photo; undefined if it can't make pictures off the main thread
 */
export async function runPictureTask(task: PictureTask): Promise<Blob | null | undefined> {
  worker ??= startWorker()
  try {
    return await worker?.run(task)
  } catch {
    worker = null
    return undefined
  }
}

function startWorker(): PictureWorker | null {
  if (typeof OffscreenCanvas === 'undefined') return null
  try {
    return new PictureWorker()
  } catch {
    return null
  }
}

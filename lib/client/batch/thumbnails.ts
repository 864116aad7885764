import type { PhotoSource } from './source'

const SIDE = 96
const QUALITY = 0.75
const AT_ONCE = 2
/** Small pictures kept: some screens of a table. */
const MOST = 600

/** Small pictures of the photos that are looked at, made in this browser; the latest asked for comes first. */
export class Thumbnails {
  /** Null: this browser cannot show it. */
  private readonly made = new Map<number, string | null>()
  private readonly wanted = new Map<number, { source: PhotoSource; done(url: string | null): void }>()
  private running = 0

  /** What is there already; undefined where it must be asked for. */
  get(index: number): string | null | undefined {
    return this.made.get(index)
  }

  /** Asks for one, until the returned function is called. */
  want(index: number, source: PhotoSource, done: (url: string | null) => void): () => void {
    this.wanted.set(index, { source, done })
    this.next()
    return () => this.wanted.delete(index)
  }

  dispose(): void {
    for (const url of this.made.values()) if (url) URL.revokeObjectURL(url)
    this.made.clear()
    this.wanted.clear()
  }

  private next(): void {
    while (this.running < AT_ONCE && this.wanted.size > 0) {
      const [index, { source, done }] = [...this.wanted].at(-1) as [
        number,
        { source: PhotoSource; done(url: string | null): void },
      ]
      this.wanted.delete(index)
      this.running++
      void this.make(index, source).then((url) => {
        this.running--
        done(url)
        this.next()
      })
    }
  }

  private async make(index: number, source: PhotoSource): Promise<string | null> {
    const known = this.made.get(index)
    if (known !== undefined) return known
    const blob = await smallPicture(source)
    const url = blob && URL.createObjectURL(blob)
    this.made.set(index, url)
    for (const [oldest, old] of this.made) {
      if (this.made.size <= MOST) break
      if (old) URL.revokeObjectURL(old)
      this.made.delete(oldest)
    }
    return url
  }
}

async function smallPicture(source: PhotoSource): Promise<Blob | null> {
  try {
    const bitmap = await createImageBitmap(await source.open())
    const scale = SIDE / Math.min(bitmap.width, bitmap.height)
    const canvas = document.createElement('canvas')
    canvas.width = SIDE
    canvas.height = SIDE
    const [width, height] = [bitmap.width * scale, bitmap.height * scale]
    canvas.getContext('2d')?.drawImage(bitmap, (SIDE - width) / 2, (SIDE - height) / 2, width, height)
    bitmap.close()
    return await new Promise((resolve) => canvas.toBlob(resolve, 'image/jpeg', QUALITY))
  } catch {
    return null // A format that the server reads and this browser does not, or a file that is gone.
  }
}

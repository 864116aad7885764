/** Object URLs of the few photos that are shown now or next. Their pictures are decoded before they are shown. */
export class PhotoUrls {
  private readonly urls = new Map<Blob, { url: string; image: HTMLImageElement | null }>()

  of(file: Blob): string {
    const known = this.urls.get(file)
    if (known) return known.url
    const url = URL.createObjectURL(file)
    this.urls.set(file, { url, image: null })
    return url
  }

  /** Keeps the URLs of these photos, decodes those that come next, and revokes all others. */
  keep(shown: readonly Blob[], next: readonly Blob[]): void {
    const wanted = new Set([...shown, ...next])
    for (const [file, { url }] of this.urls) {
      if (wanted.has(file)) continue
      URL.revokeObjectURL(url)
      this.urls.delete(file)
    }
    for (const file of next) this.decode(file)
  }

  dispose(): void {
    this.keep([], [])
  }

  private decode(file: Blob): void {
    const url = this.of(file)
    if (this.urls.get(file)?.image) return
    const image = new Image()
    image.src = url
    this.urls.set(file, { url, image })
    // The page shows a photo that can't be decoded as such.
    image.decode().catch(() => {})
  }
}
